package io.backfill.memory;

import io.backfill.batches.BatchCatalogContract;
import io.backfill.batches.LeaseContract;
import io.backfill.files.FileCatalogContract;
import io.backfill.files.UploadCatalogContract;
import io.backfill.queue.BatchQueue;
import io.backfill.queue.BatchQueueContract;
import io.backfill.testing.SettableTime;
import java.time.Duration;

class MemoryCatalogsTest
        implements BatchCatalogContract, LeaseContract, FileCatalogContract, UploadCatalogContract, BatchQueueContract {
    private final SettableTime time = SettableTime.standing();
    private final MemoryBatchCatalog batches = new MemoryBatchCatalog(time);
    private final MemoryUploadCatalog uploads = new MemoryUploadCatalog();
    private final MemoryBatchQueue queue = new MemoryBatchQueue();

    @Override
    public MemoryBatchCatalog batches() {
        return batches;
    }

    @Override
    public MemoryBatchCatalog leases() {
        return batches;
    }

    @Override
    public MemoryFileCatalog files() {
        return batches.files();
    }

    @Override
    public MemoryUploadCatalog uploads() {
        return uploads;
    }

    @Override
    public BatchQueue queue() {
        return queue;
    }

    @Override
    public SettableTime time() {
        return time;
    }

    @Override
    public void ageLeases(Duration by) {
        time.advance(by);
    }
}
