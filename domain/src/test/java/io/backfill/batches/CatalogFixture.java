package io.backfill.batches;

import io.backfill.files.FileCatalog;
import io.backfill.files.UploadCatalog;
import io.backfill.queue.BatchQueue;
import io.backfill.retention.EndedUploads;
import io.backfill.testing.SettableTime;
import java.time.Duration;

/**
 * The catalogs of one backend over the same initially empty rows, as every catalog contract needs them. Created anew for each test.
 */
public interface CatalogFixture {
    BatchCatalog batches();

    BatchLeases leases();

    WaitingBatches waiting();

    FileCatalog files();

    UploadCatalog uploads();

    /** Returns the ended uploads over the same rows. */
    EndedUploads endedUploads();

    BatchQueue queue();

    /** Returns the clock by which the tests create batches and files. It moves only when a test moves it. */
    SettableTime time();

    /** Makes every lease older by {@code by}, as seen by the clock that decides whether a lease has expired. */
    void ageLeases(Duration by);
}
