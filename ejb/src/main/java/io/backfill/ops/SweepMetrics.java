package io.backfill.ops;

import io.backfill.retention.SweepReport;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.atomic.AtomicLong;
import org.eclipse.microprofile.metrics.MetricRegistry;
import org.eclipse.microprofile.metrics.Tag;

/** What {@code /metrics} shows of retention: what this node removed, and what a dry run of it found. */
public final class SweepMetrics implements SweepReport {
    private final MetricRegistry registry;
    private final ConcurrentMap<String, AtomicLong> removable = new ConcurrentHashMap<>();

    public SweepMetrics(MetricRegistry registry) {
        this.registry = registry;
    }

    @Override
    public void removed(String kind, long things) {
        registry.counter(
                        Metrics.described("backfill_swept", "Things that retention removed, by this node"),
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
                Metrics.described("backfill_sweepable", "Things that retention would remove, by the last dry run"),
                things::get,
                new Tag("kind", kind));
        return things;
    }
}
