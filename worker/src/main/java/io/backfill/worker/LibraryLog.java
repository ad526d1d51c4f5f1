package io.backfill.worker;

import java.util.Map;
import java.util.logging.Handler;
import java.util.logging.Level;
import java.util.logging.LogManager;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import java.util.logging.SimpleFormatter;

/** Forwards warnings of the libraries to the pod's log without stack traces, because a termination message is short. */
final class LibraryLog extends Handler {
    private final JsonLines lines;
    private final SimpleFormatter formatter = new SimpleFormatter();

    private LibraryLog(JsonLines lines) {
        this.lines = lines;
    }

    /** Redirects the logging of this process. Must be called before any library logs. */
    static void into(JsonLines lines) {
        // otherwise JBoss Logging would look for other providers first
        System.setProperty("org.jboss.logging.provider", "jdk");
        LogManager.getLogManager().reset();
        Logger root = Logger.getLogger("");
        root.setLevel(Level.WARNING);
        root.addHandler(new LibraryLog(lines));
    }

    @Override
    public void publish(LogRecord record) {
        if (!isLoggable(record)) {
            return;
        }
        Throwable thrown = record.getThrown();
        lines.line(
                record.getLevel().intValue() >= Level.SEVERE.intValue() ? "ERROR" : "WARN",
                formatter.formatMessage(record) + (thrown == null ? "" : ": " + thrown),
                Map.of("logger", String.valueOf(record.getLoggerName())));
    }

    @Override
    public void flush() {
        // each line is flushed
    }

    @Override
    public void close() {
        // standard output stays open
    }
}
