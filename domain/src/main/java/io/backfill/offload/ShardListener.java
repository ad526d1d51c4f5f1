package io.backfill.offload;

import io.backfill.results.LogTotals;

/** Receives events of the shards of one batch. Called by a single thread. */
@FunctionalInterface
public interface ShardListener {
    /** All lines of this partition have results. Called once per partition. */
    void done(int partition, LogTotals totals);
}
