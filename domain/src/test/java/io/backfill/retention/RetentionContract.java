package io.backfill.retention;

/** Tests of retention that every catalog must pass. */
public interface RetentionContract extends SweepLeasesContract, EndedBatchesContract, StoreRecordsContract {}
