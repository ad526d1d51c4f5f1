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
 * Tracks the progress of one batch's shards by their checkpoints in the store, which alone determine whether a shard is done. Not
 * thread-safe.
 */
final class ShardWatch {
    /** Number of unfinished shards, from the first, that are read on every poll: pods process shards in order. */
    private static final int OFTEN = 32;

    /** Interval, in polls, at which all shards are read. */
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

    /** Returns the partitions that were unfinished at the last poll, ascending. */
    List<Integer> left() {
        return List.copyOf(left);
    }

    /** Reads the checkpoints of the shards that are likely to have progressed. */
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
