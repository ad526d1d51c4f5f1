package io.backfill.memory;

import io.backfill.batches.BatchCatalogContract;
import io.backfill.batches.BatchesOfEndpoint;
import io.backfill.batches.BatchesOfEndpointContract;
import io.backfill.batches.CreateRateContract;
import io.backfill.batches.LeaseContract;
import io.backfill.batches.SteeringContract;
import io.backfill.batches.SupervisionContract;
import io.backfill.batches.WaitingContract;
import io.backfill.files.FileCatalogContract;
import io.backfill.files.TenantStorage;
import io.backfill.files.TenantStorageContract;
import io.backfill.files.UploadCatalogContract;
import io.backfill.queue.BatchQueue;
import io.backfill.queue.BatchQueueContract;
import io.backfill.retention.EndedBatches;
import io.backfill.retention.EndedUploads;
import io.backfill.retention.RetentionContract;
import io.backfill.retention.StoreRecords;
import io.backfill.retention.SweepLeases;
import io.backfill.testing.SettableTime;
import io.backfill.webhooks.WebhookContract;
import io.backfill.webhooks.WebhookEndpoints;
import io.backfill.webhooks.WebhookOutbox;
import java.time.Duration;

class MemoryCatalogsTest
        implements BatchCatalogContract,
                LeaseContract,
                SteeringContract,
                SupervisionContract,
                WaitingContract,
                FileCatalogContract,
                UploadCatalogContract,
                TenantStorageContract,
                CreateRateContract,
                BatchesOfEndpointContract,
                BatchQueueContract,
                RetentionContract,
                WebhookContract {
    private final SettableTime time = SettableTime.standing();
    private final MemoryBatchCatalog batches = new MemoryBatchCatalog(time);
    private final MemoryUploadCatalog uploads = new MemoryUploadCatalog();
    private final MemoryTenantStorage storage = new MemoryTenantStorage(batches.files(), uploads);
    private final MemoryBatchQueue queue = new MemoryBatchQueue();
    private final MemoryStoreRecords records = new MemoryStoreRecords(batches, uploads);
    private final MemorySweepLeases sweepLeases = new MemorySweepLeases(time);

    @Override
    public MemoryBatchCatalog batches() {
        return batches;
    }

    @Override
    public MemoryBatchCatalog leases() {
        return batches;
    }

    @Override
    public MemoryBatchCatalog supervision() {
        return batches;
    }

    @Override
    public MemoryBatchCatalog steering() {
        return batches;
    }

    @Override
    public MemoryBatchCatalog waiting() {
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
    public TenantStorage storage() {
        return storage;
    }

    @Override
    public void ageRates(Duration by) {
        time.advance(by);
    }

    @Override
    public BatchQueue queue() {
        return queue;
    }

    @Override
    public EndedUploads endedUploads() {
        return uploads;
    }

    @Override
    public EndedBatches ended() {
        return batches;
    }

    @Override
    public StoreRecords records() {
        return records;
    }

    @Override
    public SweepLeases sweepLeases() {
        return sweepLeases;
    }

    @Override
    public WebhookEndpoints webhookEndpoints() {
        return batches.webhooks();
    }

    @Override
    public WebhookOutbox outbox() {
        return batches.webhooks();
    }

    @Override
    public void ageDeliveries(Duration by) {
        time.advance(by);
    }

    @Override
    public void ageSweepLeases(Duration by) {
        time.advance(by);
    }

    @Override
    public SettableTime time() {
        return time;
    }

    @Override
    public void ageLeases(Duration by) {
        time.advance(by);
    }

    @Override
    public BatchesOfEndpoint pages() {
        return batches;
    }
}
