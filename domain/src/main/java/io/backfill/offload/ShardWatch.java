package io.backfill.offload;

import io.backfill.plan.ModelPlan;
import io.backfill.plan.PlanManifest;
import io.backfill.results.Checkpoint;
import io.backfill.results.ResultLogs;
import io.backfill.run.RunningBatch;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.TreeSet;

/**
 * How far the shards of one batch are, by their checkpoints in the store: nothing else says that a shard is done. For one thread.
 */
final class ShardWatch {
    /** The first shards that are not done are looked at each time: pods take shards in their order. */
    private static final int OFTEN = 32;

    /** Every so many looks, all of them. */
    private static final int SELDOM = 10;

    private final RunningBatch running;
    private final PlanManifest manifest;
    private final ResultLogs logs;
    private final ShardListener listener;
    private final TreeSet<Integer> left;
    private int looks;

    ShardWatch(
            RunningBatch running,
            PlanManifest manifest,
            Collection<Integer> partitions,
            ResultLogs logs,
            ShardListener listener) {
        this.running = running;
        this.manifest = manifest;
        this.left = new TreeSet<>(partitions);
        this.logs = logs;
        this.listener = listener;
    }

    /** Partitions that were not done at the last look, ascending. */
    List<Integer> left() {
        return List.copyOf(left);
    }

    /** Looks at those shards that are worth it. */
    void look() throws IOException {
        if (looks++ % SELDOM == 0) {
            lookAtAll();
        } else {
            look(left.stream().limit(OFTEN).toList());
        }
    }

    void lookAtAll() throws IOException {
        look(new ArrayList<>(left));
    }

    private void look(List<Integer> partitions) throws IOException {
        for (int partition : partitions) {
            ModelPlan plan = manifest.models().get(partition);
            Checkpoint newest = logs.newest(running.id(), partition);
            running.recorded(partition, newest.totals());
            if (newest.done().cardinality() == plan.entries()) {
                left.remove(partition);
                listener.done(partition, newest.totals());
            }
        }
    }
}
