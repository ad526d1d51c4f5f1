package io.backfill.offload;

import io.backfill.batches.BatchSpec;
import io.backfill.files.FileStore;
import io.backfill.ids.BatchId;
import io.backfill.plan.PlanManifest;
import io.backfill.plan.Sharding;
import io.backfill.run.RunningBatch;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Executor;
import java.util.function.Consumer;
import java.util.function.Predicate;

/** Whether this node has the shards of batches run by pods, and its way to do so. Thread-safe. */
public final class Offload {
    private final FileStore store;
    private final Optional<ShardDispatch> dispatch;
    private final Executor threads;

    /**
     * What a node has.
     *
     * @param dispatch empty: this node runs everything itself
     * @param threads one for each batch that is led
     */
    public Offload(FileStore store, Optional<ShardDispatch> dispatch, Executor threads) {
        this.store = store;
        this.dispatch = dispatch;
        this.threads = threads;
    }

    /** How the plan of such a batch is cut. */
    public Sharding sharding(BatchSpec batch) {
        return dispatch.map(pods -> pods.policy().sharding(batch)).orElse(Sharding.NONE);
    }

    /** Whether pods are to run this batch; not any more once a leader has given them up. */
    public boolean takes(BatchId batch, PlanManifest manifest) throws IOException {
        return dispatch.isPresent()
                && manifest.offload()
                && store.size(LedBatch.localKey(batch)).isEmpty();
    }

    /**
     * Leads a batch on a thread of its own, as {@link ShardDispatch#lead} says.
     *
     * @param ended called once, with what was thrown, if anything
     */
    public void lead(
            RunningBatch running,
            PlanManifest manifest,
            List<Integer> partitions,
            ShardListener listener,
            Consumer<Optional<Throwable>> ended) {
        ShardDispatch pods = dispatch.orElseThrow(() -> new IllegalStateException("this node has no cluster"));
        threads.execute(() -> {
            Optional<Throwable> thrown = Optional.empty();
            try {
                pods.lead(running, manifest, partitions, listener);
            } catch (InterruptedException | RuntimeException | Error e) {
                // whoever waits for the shards would wait for ever
                thrown = Optional.of(e);
            }
            ended.accept(thrown);
        });
    }

    /**
     * One pass over the Jobs of this gateway that ends those nobody waits for, a batch's too that the gateway runs by now; nothing on
     * a node without a cluster.
     */
    public int endOrphans(Predicate<BatchId> alive, Duration minAge) {
        return dispatch.map(pods -> pods.endOrphans(batch -> alive.test(batch) && !runsLocally(batch), minAge))
                .orElse(0);
    }

    private boolean runsLocally(BatchId batch) {
        try {
            return store.size(LedBatch.localKey(batch)).isPresent();
        } catch (IOException unknown) {
            return false;
        }
    }
}
