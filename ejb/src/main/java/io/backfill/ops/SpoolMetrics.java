package io.backfill.ops;

import io.backfill.answers.spool.SpoolFolder;
import org.eclipse.microprofile.metrics.MetricRegistry;

/** The {@code /metrics} series of large answers on this node's disk. */
public final class SpoolMetrics {
    private SpoolMetrics() {}

    public static void show(MetricRegistry registry, SpoolFolder spools) {
        registry.gauge(
                Metrics.described("backfill_spool_bytes", "Bytes of large answers on this node's disk"), spools::bytes);
        registry.gauge(Metrics.described("backfill_spool_files", "Large answers on this node's disk"), spools::files);
    }
}
