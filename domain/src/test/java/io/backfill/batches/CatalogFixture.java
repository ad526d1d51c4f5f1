package io.backfill.batches;

import io.backfill.files.FileCatalog;
import io.backfill.files.UploadCatalog;
import io.backfill.queue.BatchQueue;
import io.backfill.retention.EndedUploads;
import io.backfill.testing.SettableTime;
import java.time.Duration;

/** The catalogs of one backend over the same, empty rows: what every catalog contract needs. New for every test. */
public interface CatalogFixture {
    BatchCatalog batches();

    BatchLeases leases();

    WaitingBatches waiting();

    FileCatalog files();

    UploadCatalog uploads();

    /** Over the same rows. */
    EndedUploads endedUploads();

    BatchQueue queue();

    /** The time by which the tests create batches and files; a standing clock. */
    SettableTime time();

    /** Makes every lease that much older, by the clock that judges leases. */
    void ageLeases(Duration by);
}
