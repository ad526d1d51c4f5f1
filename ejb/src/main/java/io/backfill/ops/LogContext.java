package io.backfill.ops;

import io.backfill.batches.Batch;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import org.jboss.logging.MDC;

/** Adds the batch, its tenant and, if it has only one, its model to the logging context for the duration of a block. */
public final class LogContext implements AutoCloseable {
    private static final String[] KEYS = {"batch", "tenant", "model"};

    /** Previous values of the keys, restored on close because blocks may be nested. */
    private final Map<String, Object> before = new HashMap<>();

    private LogContext() {
        for (String key : KEYS) {
            Optional.ofNullable(MDC.get(key)).ifPresent(value -> before.put(key, value));
        }
    }

    public static LogContext of(Batch batch) {
        LogContext context = new LogContext();
        MDC.put("batch", batch.id().value());
        MDC.put("tenant", batch.tenant().value());
        batch.state().model().ifPresent(model -> MDC.put("model", model));
        return context;
    }

    @Override
    public void close() {
        for (String key : KEYS) {
            Object value = before.get(key);
            if (value == null) {
                MDC.remove(key);
            } else {
                MDC.put(key, value);
            }
        }
    }
}
