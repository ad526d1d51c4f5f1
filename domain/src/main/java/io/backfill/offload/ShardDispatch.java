package io.backfill.offload;

import io.backfill.ids.BatchId;
import io.backfill.plan.PlanManifest;
import io.backfill.run.RunningBatch;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.function.Predicate;

/**
 * Runs batches' shards in pods. The holder of a batch's lease leads the batch from here: it creates the batch's Job or adopts the
 * Job of an earlier leader, watches the shards' checkpoints, creates another Job for unfinished shards, and deletes Jobs when the
 * batch ends. A leader writes only blobs that the next leader can recreate, so a leader may die at any moment. Thread-safe.
 */
public final class ShardDispatch {
    private final OffloadContext context;
    private final ConcurrentMap<BatchId, OffloadedBatch> offloaded = new ConcurrentHashMap<>();

    public ShardDispatch(OffloadContext context) {
        this.context = context;
        context.jobs().listen(batch -> {
            OffloadedBatch changed = offloaded.get(batch);
            if (changed != null) {
                changed.wake();
            }
        });
    }

    public OffloadPolicy policy() {
        return context.policy();
    }

    /**
     * Leads a batch until all of {@code partitions} are done or its abort signal is tripped. Blocks for up to hours and occupies
     * only its thread. After an abort that ends or pauses the batch none of its pods is running anymore, unless the cluster does not
     * respond. After any other abort the Job continues for the next leader. If the cluster does not run the batch, this method
     * trips the signal itself.
     *
     * @throws RuntimeException only because of a bug; the Job continues
     */
    public void lead(RunningBatch running, PlanManifest manifest, List<Integer> partitions, ShardListener listener)
            throws InterruptedException {
        OffloadedBatch batch = new OffloadedBatch(context, running, manifest, partitions, listener);
        offloaded.put(running.id(), batch);
        try (var _ = running.abort().onTrip(batch::wake)) {
            batch.lead();
        } finally {
            offloaded.remove(running.id(), batch);
        }
    }

    /**
     * Runs one pass that deletes orphaned Jobs and, once a batch has no Job left, releases its slots of the models' caps.
     *
     * @return number of Jobs whose deletion was requested
     */
    public int endOrphans(Predicate<BatchId> alive, Duration minAge) {
        Predicate<BatchId> wanted = batch -> offloaded.containsKey(batch) || alive.test(batch);
        int ended = context.jobs().deleteOrphans(wanted, minAge);
        for (String name : context.shares().names(CapReservation.PREFIX)) {
            CapReservation.holder(name)
                    .filter(wanted.negate())
                    .filter(batch -> context.jobs().find(batch).isEmpty())
                    .ifPresent(batch -> context.shares().giveBackAll(name));
        }
        return ended;
    }
}
