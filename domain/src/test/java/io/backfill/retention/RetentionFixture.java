package io.backfill.retention;

import io.backfill.batches.CatalogFixture;
import java.time.Duration;

/** The catalogs, and the ports that retention needs. */
public interface RetentionFixture extends CatalogFixture {
    EndedBatches ended();

    StoreRecords records();

    SweepLeases sweepLeases();

    /** Makes every lease and pause older by {@code by}, as seen by the clock that decides when they end. */
    void ageSweepLeases(Duration by);
}
