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

/** Decides whether a batch's shards run in pods, and starts leading such batches. Thread-safe. */
public final class Offload {
    private final FileStore store;
    private final Optional<ShardDispatch> dispatch;
    private final Executor threads;

    /**
     * Creates the offload of one node.
     *
     * @param dispatch empty if this node runs everything itself
     * @param threads provides one thread for each batch that is led
     */
    public Offload(FileStore store, Optional<ShardDispatch> dispatch, Executor threads) {
        this.store = store;
        this.dispatch = dispatch;
        this.threads = threads;
    }

    /** Returns how the plan of the batch is cut into shards. */
    public Sharding sharding(BatchSpec batch) {
        return dispatch.map(pods -> pods.policy().sharding(batch)).orElse(Sharding.NONE);
    }

    /** Whether pods run this batch. False once a leader has switched the batch to the gateway. */
    public boolean takes(BatchId batch, PlanManifest manifest) throws IOException {
        return dispatch.isPresent()
                && manifest.offload()
                && store.size(OffloadedBatch.localKey(batch)).isEmpty();
    }

    /**
     * Leads a batch on a separate thread, as described at {@link ShardDispatch#lead}.
     *
     * @param ended called once, with the exception if one was thrown
     */
    public void lead(
            RunningBatch running,
            PlanManifest manifest,
            List<Integer> partitions,
            ShardListener listener,
            Consumer<Optional<Throwable>> ended) {
        ShardDispatch pods = dispatch.orElseThrow(() -> new IllegalStateException("no cluster is configured"));
        threads.execute(() -> {
            Optional<Throwable> thrown = Optional.empty();
            try {
                pods.lead(running, manifest, partitions, listener);
            } catch (InterruptedException | RuntimeException | Error e) {
                // without this the caller would wait for the shards indefinitely
                thrown = Optional.of(e);
            }
            ended.accept(thrown);
        });
    }

    /**
     * Runs one pass that deletes orphaned Jobs of this gateway, including the Jobs of a batch that the gateway now runs itself.
     * Does nothing on a node without a cluster.
     */
    public int endOrphans(Predicate<BatchId> alive, Duration minAge) {
        return dispatch.map(pods -> pods.endOrphans(batch -> alive.test(batch) && !runsLocally(batch), minAge))
                .orElse(0);
    }

    private boolean runsLocally(BatchId batch) {
        try {
            return store.size(OffloadedBatch.localKey(batch)).isPresent();
        } catch (IOException unknown) {
            return false;
        }
    }
}
