package io.backfill.wiring;

import io.backfill.batches.BatchLeases;
import io.backfill.batches.BatchLifecycle;
import io.backfill.batches.BatchSteering;
import io.backfill.batches.BatchSupervision;
import io.backfill.batches.WaitingBatches;
import io.backfill.catalog.jpa.JpaBatchCatalog;
import io.backfill.catalog.jpa.JpaBatchLeases;
import io.backfill.catalog.jpa.JpaBatchSteering;
import io.backfill.catalog.jpa.JpaBatchSupervision;
import io.backfill.catalog.jpa.JpaEndedBatches;
import io.backfill.catalog.jpa.JpaFileCatalog;
import io.backfill.catalog.jpa.JpaTenantStorage;
import io.backfill.catalog.jpa.JpaUploadCatalog;
import io.backfill.catalog.jpa.JpaWaitingBatches;
import io.backfill.catalog.jpa.JpaWebhookEndpoints;
import io.backfill.catalog.jpa.JpaWebhookOutbox;
import io.backfill.catalog.jpa.OutboxRows;
import io.backfill.catalog.jpa.PageWalk;
import io.backfill.catalog.jpa.SqlIdleModels;
import io.backfill.catalog.jpa.SqlStoreRecords;
import io.backfill.catalog.jpa.SqlSweepLeases;
import io.backfill.catalog.jpa.Transactions;
import io.backfill.files.FileCatalog;
import io.backfill.files.TenantStorage;
import io.backfill.ops.BatchEndMetrics;
import io.backfill.retention.EndedBatches;
import io.backfill.retention.IdleModels;
import io.backfill.retention.StoreRecords;
import io.backfill.retention.SweepLeases;
import io.backfill.webhooks.WebhookEndpoints;
import io.backfill.webhooks.WebhookOutbox;
import java.time.InstantSource;
import org.eclipse.microprofile.metrics.MetricRegistry;

/** The catalogs of a node, and the tables of its background work. */
record Catalogs(
        JpaBatchCatalog batches,
        BatchLeases leases,
        BatchSupervision supervision,
        BatchSteering steering,
        WaitingBatches waiting,
        FileCatalog files,
        JpaUploadCatalog uploads,
        TenantStorage storage,
        BatchLifecycle lifecycle,
        EndedBatches ended,
        StoreRecords records,
        IdleModels idleModels,
        SweepLeases sweepLeases,
        WebhookEndpoints webhookEndpoints,
        WebhookOutbox outbox) {
    static Catalogs of(
            Profile profile,
            Transactions transactions,
            OutboxRows events,
            InstantSource time,
            MetricRegistry registry) {
        PageWalk walk = profile.shared() ? PageWalk.ROW_VALUES : PageWalk.EQUAL_PREFIX;
        JpaBatchCatalog batches = new JpaBatchCatalog(transactions, walk, events);
        BatchLeases leases = new JpaBatchLeases(transactions);
        Catalogs catalogs = new Catalogs(
                batches,
                leases,
                new JpaBatchSupervision(transactions, events),
                new JpaBatchSteering(transactions, events),
                new JpaWaitingBatches(transactions, walk),
                new JpaFileCatalog(transactions, walk),
                new JpaUploadCatalog(transactions),
                new JpaTenantStorage(transactions),
                new BatchLifecycle(batches, time, new BatchEndMetrics(registry)),
                new JpaEndedBatches(transactions),
                new SqlStoreRecords(transactions),
                new SqlIdleModels(transactions),
                new SqlSweepLeases(transactions),
                new JpaWebhookEndpoints(transactions, walk),
                new JpaWebhookOutbox(transactions, walk));
        if (!profile.shared()) {
            // there is only one node and its folder is locked, so every lease belongs to an earlier, dead process of
            // this node
            leases.releaseAllOf("");
        }
        return catalogs;
    }
}
