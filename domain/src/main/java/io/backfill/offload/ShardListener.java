package io.backfill.offload;

import io.backfill.results.LogTotals;

/** Hears of the shards of one batch. Called on one thread. */
@FunctionalInterface
public interface ShardListener {
    /** All lines of this partition have their results; told once. */
    void done(int partition, LogTotals totals);
}
