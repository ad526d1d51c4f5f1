package io.backfill.wiring;

import io.backfill.lifecycle.RetentionConfig;
import io.backfill.lifecycle.RetentionSweep;
import io.backfill.lifecycle.RetentionSweeps;
import io.backfill.ops.SweepMetrics;
import io.backfill.retention.JobHistory;
import io.smallrye.metrics.SharedMetricRegistries;
import java.util.List;
import org.eclipse.microprofile.metrics.MetricRegistry;

/** Creates the sweeps of a node over its catalogs and its store. */
final class Retention {
    private Retention() {}

    static List<RetentionSweep> sweeps(Node node, JobHistory history) {
        Catalogs catalogs = node.backends().catalogs();
        RetentionConfig config = node.setup().configs().retention();
        return RetentionSweeps.of(
                new RetentionSweeps.Ports(
                        node.backends().storage().store(),
                        node.backends().storage().unfinished(),
                        catalogs.files(),
                        catalogs.uploads(),
                        catalogs.ended(),
                        catalogs.records(),
                        catalogs.idleModels(),
                        history,
                        catalogs.outbox(),
                        catalogs.webhookEndpoints()),
                config,
                new RetentionSweep.Terms(
                        catalogs.sweepLeases(),
                        node.setup().owner(),
                        config.dryRun(),
                        node.timeAndIds().time(),
                        new SweepMetrics(SharedMetricRegistries.getOrCreate(MetricRegistry.APPLICATION_SCOPE))));
    }
}
