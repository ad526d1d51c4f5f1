package io.backfill.ops;

import io.backfill.run.DispatchPlaces;
import org.eclipse.microprofile.metrics.MetricRegistry;

/** The {@code /metrics} series of the places that batches hold on this node. */
public final class PlaceMetrics {
    private PlaceMetrics() {}

    /** Registers the gauges; each inspects the running batches when it is read. */
    public static void show(MetricRegistry registry, DispatchPlaces places) {
        registry.gauge(
                Metrics.described("backfill_batches_dispatched", "Batches that have a place on this node"),
                places::dispatched);
        registry.gauge(
                Metrics.described("backfill_job_threads_used", "Threads of the batch runtime that these batches use"),
                places::threadsUsed);
    }
}
