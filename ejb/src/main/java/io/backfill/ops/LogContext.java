package io.backfill.ops;

import io.backfill.batches.Batch;
import org.jboss.logging.MDC;

/** Says in the log's context which batch and tenant the lines of a block are about. */
public final class LogContext implements AutoCloseable {
    private LogContext() {}

    public static LogContext of(Batch batch) {
        MDC.put("batch", batch.id().value());
        MDC.put("tenant", batch.tenant().value());
        batch.model().ifPresent(model -> MDC.put("model", model));
        return new LogContext();
    }

    @Override
    public void close() {
        MDC.remove("batch");
        MDC.remove("tenant");
        MDC.remove("model");
    }
}
