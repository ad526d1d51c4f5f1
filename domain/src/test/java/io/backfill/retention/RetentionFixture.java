package io.backfill.retention;

import io.backfill.batches.CatalogFixture;
import java.time.Duration;

/** The catalogs, and what retention asks of them. */
public interface RetentionFixture extends CatalogFixture {
    EndedBatches ended();

    StoreRecords records();

    SweepTurns turns();

    /** Makes every turn and pause that much older, by the clock that judges them. */
    void ageTurns(Duration by);
}
