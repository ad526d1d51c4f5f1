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
 * Has the shards of batches run by pods. Whoever holds a batch's lease leads it from here: makes its Job, or adopts the one that an
 * earlier leader made, watches the shards' checkpoints, makes another Job for shards that were left, and ends Jobs when the batch
 * ends. Leading writes nothing but blobs that the next leader makes again, so a leader may die at any moment. Thread-safe.
 */
public final class ShardDispatch {
    /** The port to the cluster and the other things that leading needs. */
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
     * Leads a batch until all of {@code partitions} are done or its abort signal is tripped, by whomever; blocks for hours and holds
     * nothing but its thread. After an abort that ends the batch no pod of it runs any more, unless the cluster does not answer;
     * after any other abort the Job goes on, for the next leader. Where the cluster does not run the batch, it trips the signal itself.
     *
     * @throws RuntimeException for what only a bug explains; the Job goes on
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
     * One pass that ends Jobs of batches that want none, and gives back what such batches hold of caps, once no Job of theirs is
     * left.
     *
     * @return how many Jobs were asked to go
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
