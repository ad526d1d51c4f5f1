package io.backfill.retention;

/** What every catalog must do for retention. */
public interface RetentionContract extends SweepTurnsContract, EndedBatchesContract, StoreRecordsContract {}
