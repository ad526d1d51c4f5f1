package io.backfill.ops;

import io.backfill.retention.SweepReport;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.atomic.AtomicLong;
import org.eclipse.microprofile.metrics.MetricRegistry;
import org.eclipse.microprofile.metrics.Tag;

/** The {@code /metrics} series of retention: what this node removed, and what its dry runs found. */
public final class SweepMetrics implements SweepReport {
    private final MetricRegistry registry;
    private final ConcurrentMap<String, AtomicLong> removable = new ConcurrentHashMap<>();

    public SweepMetrics(MetricRegistry registry) {
        this.registry = registry;
    }

    @Override
    public void removed(String kind, long things) {
        registry.counter(
                        Metrics.described("backfill_swept", "Items that retention removed on this node"),
                        new Tag("kind", kind))
                .inc(things);
    }

    @Override
    public void removable(String kind, long things) {
        removable.computeIfAbsent(kind, this::gauge).set(things);
    }

    private AtomicLong gauge(String kind) {
        AtomicLong things = new AtomicLong();
        registry.gauge(
                Metrics.described("backfill_sweepable", "Items that retention would remove, as of the last dry run"),
                things::get,
                new Tag("kind", kind));
        return things;
    }
}
