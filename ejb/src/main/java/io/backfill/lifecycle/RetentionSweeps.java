package io.backfill.lifecycle;

import io.backfill.files.FileCatalog;
import io.backfill.files.FileStore;
import io.backfill.retention.EndedBatches;
import io.backfill.retention.EndedUploads;
import io.backfill.retention.IdleModels;
import io.backfill.retention.JobHistory;
import io.backfill.retention.StoreRecords;
import io.backfill.retention.UnfinishedWrites;
import io.backfill.webhooks.WebhookEndpoints;
import io.backfill.webhooks.WebhookOutbox;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/** Creates all sweeps of a node from its configuration. */
public final class RetentionSweeps {
    /** The stores and catalogs that sweeps work on. */
    public record Ports(
            FileStore store,
            UnfinishedWrites unfinished,
            FileCatalog files,
            EndedUploads uploads,
            EndedBatches ended,
            StoreRecords records,
            IdleModels models,
            JobHistory history,
            WebhookOutbox outbox,
            WebhookEndpoints webhookEndpoints) {}

    private RetentionSweeps() {}

    public static List<RetentionSweep> of(Ports ports, RetentionConfig config, RetentionSweep.Terms terms) {
        FileStore store = ports.store();
        Duration age = config.orphansAfter();
        List<Sweep> shared = new ArrayList<>(List.of(
                new FileSweep(ports.files(), store, config.rerun()),
                new UploadSweep(ports.uploads(), store),
                new IdempotencyKeySweep(ports.ended()),
                new IdleModelSweep(ports.models()),
                new WebhookSweep(ports.outbox(), ports.webhookEndpoints()),
                new OrphanedBlobSweep<>(store, RecordedFolder.files(store, ports.records()), age),
                new OrphanedBlobSweep<>(store, RecordedFolder.parts(store, ports.records()), age),
                new OrphanedBlobSweep<>(store, RecordedFolder.batchFolders(store, ports.records()), age),
                new UnfinishedWriteSweep(ports.unfinished(), age)));
        config.batches().ifPresent(kept -> shared.add(new EndedBatchSweep(ports.ended(), kept)));
        List<RetentionSweep> all = new ArrayList<>();
        shared.forEach(sweep -> all.add(new RetentionSweep(sweep, terms)));
        config.jobHistory()
                .ifPresent(
                        kept -> all.add(new RetentionSweep(new JobHistorySweep(ports.history(), kept), terms.own())));
        return List.copyOf(all);
    }
}
