package io.backfill.lifecycle;

import static org.assertj.core.api.Assertions.assertThat;

import io.backfill.batches.Batch;
import io.backfill.batches.BatchEvent;
import io.backfill.batches.BatchStatus;
import io.backfill.files.FilePurpose;
import io.backfill.files.StoredFile;
import io.backfill.ids.FileId;
import io.backfill.memory.MemoryUploadCatalog;
import io.backfill.tenants.TenantId;
import io.backfill.testing.SeededIds;
import java.io.IOException;
import java.time.Duration;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class SweepsTest {
    private final LifecycleFixture node = new LifecycleFixture();
    private final ExpirySweep expiry = new ExpirySweep(node.catalog, node.catalog, node.queue, node.time);
    private final RetentionSweep retention =
            new RetentionSweep(node.catalog.files(), new MemoryUploadCatalog(), node.catalog, node.store, node.time);

    @Test
    void aBatchPastItsWindowThatNobodyHoldsShouldExpire() {
        Batch batch = node.create(1, "1m");

        assertThat(expiry.sweepOnce()).isZero();
        node.time.advance(Duration.ofMinutes(2));

        assertThat(expiry.sweepOnce()).isEqualTo(1);
        assertThat(node.row(batch).status()).isEqualTo(BatchStatus.EXPIRED);
    }

    @Test
    void aCancelledBatchThatNobodyHoldsShouldSettle() {
        Batch batch = node.create(1, "24h");
        node.apply(batch, new BatchEvent.CancelRequested());

        assertThat(expiry.sweepOnce()).isEqualTo(1);
        assertThat(node.row(batch).status()).isEqualTo(BatchStatus.CANCELLED);
    }

    @Test
    void aBatchWithResultsShouldBeLeftToItsJob() {
        Batch batch = node.create(1, "1m");
        node.apply(batch, new BatchEvent.Planned(10, Optional.empty()));
        node.time.advance(Duration.ofMinutes(2));

        assertThat(expiry.sweepOnce()).isZero();
        assertThat(node.row(batch).status()).isEqualTo(BatchStatus.IN_PROGRESS);
    }

    @Test
    void aHeldBatchShouldBeLeftAlone() {
        Batch batch = node.create(1, "1m");
        node.time.advance(Duration.ofMinutes(2));
        node.catalog.claim(batch.id(), "node/1", Duration.ofSeconds(20));

        assertThat(expiry.sweepOnce()).isZero();
    }

    @Test
    void bytesOfADeletedFileShouldGoOnceNoLiveBatchReadsThem() throws IOException {
        Batch batch = node.create(1, "24h");
        StoredFile input = new StoredFile(
                SeededIds.file(1),
                TenantId.DEFAULT,
                "in.jsonl",
                FilePurpose.BATCH,
                2,
                node.time.instant(),
                Optional.empty());
        node.catalog.files().put(input);
        node.store.put(input.key(), "{}");
        node.catalog.files().delete(TenantId.DEFAULT, input.id(), node.time.instant());

        retention.sweepOnce();
        assertThat(node.store.size(input.key())).isPresent();

        node.apply(batch, new BatchEvent.CancelRequested());
        node.apply(batch, new BatchEvent.EndedUnplanned());
        retention.sweepOnce();
        assertThat(node.store.size(input.key())).isEmpty();
    }

    @Test
    void blobsWithoutARecordShouldGoUnlessTheyAreNewerThanTheSweep() throws IOException {
        StoredFile known = new StoredFile(
                SeededIds.file(1),
                TenantId.DEFAULT,
                "in.jsonl",
                FilePurpose.BATCH,
                2,
                node.time.instant(),
                Optional.empty());
        node.catalog.files().put(known);
        node.store.put(known.key(), "{}");
        node.store.put(StoredFile.key(SeededIds.file(2)), "{}");
        node.time.set(SeededIds.file(2).createdAt().plusSeconds(1));
        FileId arriving =
                SeededIds.of(() -> node.time.instant().plusSeconds(1), 7).fileId();
        node.store.put(StoredFile.key(arriving), "{}");

        retention.sweepBlobs();

        assertThat(node.store.list("files", 10)).containsExactly(known.key(), StoredFile.key(arriving));
    }

    @Test
    void foldersOfEndedBatchesShouldGoAndThoseOfLiveOnesStay() throws IOException {
        Batch live = node.create(1, "24h");
        Batch ended = node.create(2, "24h");
        node.apply(ended, new BatchEvent.CancelRequested());
        node.apply(ended, new BatchEvent.EndedUnplanned());
        node.store.put(live.folder() + "/plan.json", "{}");
        node.store.put(ended.folder() + "/plan.json", "{}");

        retention.sweepFolders();

        assertThat(node.store.list("batches", 10)).containsExactly(live.folder() + "/plan.json");
    }
}
