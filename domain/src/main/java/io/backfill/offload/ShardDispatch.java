package io.backfill.offload;

import io.backfill.fair.ShareTable;
import io.backfill.files.FileStore;
import io.backfill.ids.BatchId;
import io.backfill.models.ModelDirectory;
import io.backfill.plan.PlanManifest;
import io.backfill.results.ResultLogs;
import io.backfill.run.RunningBatch;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.function.LongSupplier;
import java.util.function.Predicate;
import java.util.function.Supplier;

/**
 * Runs batches' shards in pods. The holder of a batch's lease leads the batch from here: it creates the batch's Job or adopts the
 * Job of an earlier leader, watches the shards' checkpoints, creates another Job for unfinished shards, and deletes Jobs when the
 * batch ends. A leader writes only blobs that the next leader can recreate, so a leader may die at any moment. Thread-safe.
 */
public final class ShardDispatch {
    /** The port to the cluster and the other dependencies of a leader. */
    public record Means(
            ShardJobs jobs,
            FileStore store,
            ResultLogs logs,
            ShareTable shares,
            ModelDirectory models,
            Supplier<String> modelsText,
            OffloadPolicy policy,
            Duration podGrace,
            OffloadObserver observer,
            InstantSource time,
            LongSupplier nanoTime) {}

    private final Means means;
    private final ConcurrentMap<BatchId, LedBatch> led = new ConcurrentHashMap<>();

    public ShardDispatch(Means means) {
        this.means = means;
        means.jobs().listen(batch -> {
            LedBatch changed = led.get(batch);
            if (changed != null) {
                changed.wake();
            }
        });
    }

    public OffloadPolicy policy() {
        return means.policy();
    }

    /**
     * Leads a batch until all of {@code partitions} are done or its abort signal is tripped. Blocks for up to hours and occupies
     * only its thread. After an abort that ends the batch none of its pods is running anymore, unless the cluster does not
     * respond. After any other abort the Job continues for the next leader. If the cluster does not run the batch, this method
     * trips the signal itself.
     *
     * @throws RuntimeException only because of a bug; the Job continues
     */
    public void lead(RunningBatch running, PlanManifest manifest, List<Integer> partitions, ShardListener listener)
            throws InterruptedException {
        LedBatch batch = new LedBatch(means, running, manifest, partitions, listener);
        led.put(running.id(), batch);
        try (var ignored = running.abort().onTrip(batch::wake)) {
            batch.lead();
        } finally {
            led.remove(running.id(), batch);
        }
    }

    /**
     * Runs one pass that deletes orphaned Jobs and, once a batch has no Job left, releases its slots of the models' caps.
     *
     * @return number of Jobs whose deletion was requested
     */
    public int endOrphans(Predicate<BatchId> alive, Duration minAge) {
        Predicate<BatchId> wanted = batch -> led.containsKey(batch) || alive.test(batch);
        int ended = means.jobs().deleteOrphans(wanted, minAge);
        for (String name : means.shares().names(CapReservation.PREFIX)) {
            CapReservation.holder(name)
                    .filter(wanted.negate())
                    .filter(batch -> means.jobs().find(batch).isEmpty())
                    .ifPresent(batch -> means.shares().giveBackAll(name));
        }
        return ended;
    }
}
