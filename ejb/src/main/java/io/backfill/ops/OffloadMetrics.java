package io.backfill.ops;

import static io.backfill.ops.BackfillLog.LOG;

import io.backfill.ids.BatchId;
import io.backfill.offload.OffloadObserver;
import io.backfill.offload.OffloadPolicy;
import io.backfill.offload.ShardJobState;
import io.backfill.offload.ShardProblem;
import java.util.Collection;
import java.util.Locale;
import java.util.function.Supplier;
import java.util.function.ToLongFunction;
import org.eclipse.microprofile.metrics.MetricRegistry;
import org.eclipse.microprofile.metrics.Tag;

/** Reports the events of offloaded batches to the log and to {@code /metrics}. */
public final class OffloadMetrics implements OffloadObserver {
    private final MetricRegistry registry;

    public OffloadMetrics(MetricRegistry registry) {
        this.registry = registry;
    }

    /** Registers gauges of the Jobs that {@code jobs} supplies; for nodes with a cluster. */
    public void show(Supplier<Collection<ShardJobState>> jobs) {
        gauge("backfill_offload_jobs_running", "Jobs on the cluster that have not ended", jobs, job -> 1);
        gauge("backfill_offload_pods_active", "Pods of those Jobs", jobs, ShardJobState::active);
        gauge("backfill_offload_pods_ready", "Pods of those Jobs that are ready", jobs, ShardJobState::ready);
    }

    private void gauge(
            String name, String help, Supplier<Collection<ShardJobState>> jobs, ToLongFunction<ShardJobState> count) {
        registry.gauge(
                Metrics.described(name, help),
                () -> jobs.get().stream()
                        .filter(job -> !job.phase().ended())
                        .mapToLong(count)
                        .sum());
    }

    private void count(String name, String help, Tag... tags) {
        registry.counter(Metrics.described(name, help), tags).inc();
    }

    @Override
    public void began(ShardJobState job, boolean adopted) {
        count(
                "backfill_offload_jobs_begun_total",
                "Jobs made or adopted",
                new Tag("how", adopted ? "adopted" : "made"));
        LOG.jobBegan(
                job.batch().value(),
                job.name(),
                adopted ? "adopted" : "made",
                job.partitions().size());
    }

    @Override
    public void troubled(ShardJobState job, ShardProblem problem) {
        count("backfill_offload_problems_total", "Problems of pods", new Tag("kind", kind(problem)));
    }

    @Override
    public void firstOfKind(ShardJobState job, ShardProblem example, int count) {
        LOG.podsTroubled(job.batch().value(), job.name(), kind(example), count, example.message());
    }

    private static String kind(ShardProblem problem) {
        return problem.kind().name().toLowerCase(Locale.ROOT);
    }

    @Override
    public void ended(ShardJobState job, int left) {
        LOG.jobLeft(job.batch().value(), job.name(), job.phase().name().toLowerCase(Locale.ROOT), left, job.reason());
    }

    @Override
    public void refused(BatchId batch, String reason, OffloadPolicy.OnRefusal then) {
        String policy = then.name().toLowerCase(Locale.ROOT);
        count("backfill_offload_refused_total", "Batches that the cluster did not run", new Tag("then", policy));
        LOG.offloadRefused(batch.value(), reason, policy);
    }

    @Override
    public void away(BatchId batch, Exception why) {
        LOG.clusterAway(batch.value(), String.valueOf(why.getMessage()));
    }
}
