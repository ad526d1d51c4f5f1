package io.backfill.traces.otlp;

import static io.backfill.traces.otlp.TracingLog.LOG;

import java.net.URI;

/** Logs the begin and the end of an outage of the collector, however many deliveries fail in between. Thread-safe. */
final class Deliveries {
    private final URI target;
    /** Guarded by {@code this}. */
    private long lost;

    private volatile boolean stopped;

    Deliveries(URI target) {
        this.target = target;
    }

    synchronized void succeeded() {
        if (lost > 0) {
            LOG.delivered(target.toString(), lost);
            lost = 0;
        }
    }

    /** Sends no more and logs no more, because the process or the application ends. */
    void stop() {
        stopped = true;
    }

    boolean isStopped() {
        return stopped;
    }

    synchronized void failed(String why) {
        if (!stopped && lost++ == 0) {
            LOG.lost(target.toString(), why);
        }
    }
}
