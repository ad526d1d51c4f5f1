package io.backfill.retention;

/** Tests of retention that every catalog must pass. */
public interface RetentionContract extends SweepTurnsContract, EndedBatchesContract, StoreRecordsContract {}
