package io.backfill.testing;

import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.logging.Handler;
import java.util.logging.Level;
import java.util.logging.LogRecord;
import java.util.logging.Logger;

/** Switches a category of the log to DEBUG and records what the current thread logs to it, until it is closed. */
public final class RecordedLog implements AutoCloseable {
    private final List<String> messages = new CopyOnWriteArrayList<>();
    private final Logger logger;
    private final Handler recorder;

    public RecordedLog(String category) {
        long thread = Thread.currentThread().threadId();
        recorder = new Handler() {
            @Override
            public void publish(LogRecord entry) {
                if (entry.getLongThreadID() == thread) {
                    messages.add(entry.getMessage());
                }
            }

            @Override
            public void flush() {}

            @Override
            public void close() {}
        };
        logger = Logger.getLogger(category);
        logger.setLevel(Level.FINE);
        logger.addHandler(recorder);
    }

    /** Returns the messages so far. */
    public List<String> messages() {
        return List.copyOf(messages);
    }

    @Override
    public void close() {
        logger.removeHandler(recorder);
        logger.setLevel(null);
    }
}
