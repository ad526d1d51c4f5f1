package io.backfill.lifecycle;

import static org.assertj.core.api.Assertions.assertThat;

import io.backfill.batches.Batch;
import io.backfill.batches.BatchEvent;
import io.backfill.batches.ResultFiles;
import io.backfill.files.FilePurpose;
import io.backfill.files.FileStore;
import io.backfill.files.StoredFile;
import io.backfill.files.Upload;
import io.backfill.files.UploadPart;
import io.backfill.ids.BatchId;
import io.backfill.ids.FileId;
import io.backfill.ids.PartId;
import io.backfill.ids.UploadId;
import io.backfill.memory.MemoryStoreRecords;
import io.backfill.memory.MemorySweepLeases;
import io.backfill.memory.MemoryUploadCatalog;
import io.backfill.retention.JobHistory;
import io.backfill.retention.SweepReport;
import io.backfill.tenants.TenantId;
import io.backfill.testing.FailAfter;
import io.backfill.testing.SeededIds;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** Tests what each sweep removes, what it must not touch, and what happens after a pass that a crash interrupted. */
class SweepsTest {
    private static final Duration DAY = Duration.ofDays(1);

    private final LifecycleFixture node = new LifecycleFixture();
    private final MemoryUploadCatalog uploads = new MemoryUploadCatalog();
    private final ListedHistory history = new ListedHistory();
    private final Map<String, Long> removed = new HashMap<>();
    private final Map<String, Long> removable = new HashMap<>();

    /** Runs a pass of this sweep, regardless of when and where the last one ran. */
    private long sweep(String kind) {
        return sweep(kind, RetentionConfig.DEFAULT, node.store);
    }

    private long sweep(String kind, RetentionConfig config, FileStore store) {
        return sweeps(config, store).stream()
                .filter(sweep -> sweep.kind().equals(kind))
                .mapToLong(RetentionSweep::sweepOnce)
                .sum();
    }

    private List<RetentionSweep> sweeps(RetentionConfig config, FileStore store) {
        return RetentionSweeps.of(
                new RetentionSweeps.Ports(
                        store,
                        (before, dryRun) -> 0,
                        node.catalog.files(),
                        uploads,
                        node.catalog,
                        new MemoryStoreRecords(node.catalog, uploads),
                        limit -> 0,
                        history,
                        node.catalog.webhooks(),
                        node.catalog.webhooks()),
                config,
                new RetentionSweep.Terms(
                        new MemorySweepLeases(node.time), "node/1", config.dryRun(), node.time, new SweepReport() {
                            @Override
                            public void removed(String kind, long things) {
                                removed.merge(kind, things, Long::sum);
                            }

                            @Override
                            public void removable(String kind, long things) {
                                removable.put(kind, things);
                            }
                        }));
    }

    private StoredFile file(int n, Optional<Instant> expiresAt) {
        StoredFile file = new StoredFile(
                SeededIds.file(n), TenantId.DEFAULT, "in.jsonl", FilePurpose.BATCH, 2, node.time.instant(), expiresAt);
        node.catalog.files().put(file);
        node.store.put(file.key(), "{}");
        return file;
    }

    private StoredFile deleted(int n) {
        StoredFile file = file(n, Optional.empty());
        node.catalog.files().delete(TenantId.DEFAULT, file.id(), node.time.instant());
        return file;
    }

    private Batch ended(int n) {
        Batch batch = node.create(n, "24h");
        node.apply(batch, new BatchEvent.CancelRequested());
        node.apply(batch, new BatchEvent.EndedUnplanned());
        return node.row(batch);
    }

    private static UploadId uploadId(int n) {
        return new UploadId(UploadId.PREFIX + SeededIds.file(n).value().substring(FileId.PREFIX.length()));
    }

    /** Creates a pending upload with one part. */
    private Upload upload(int n) {
        Upload upload = new Upload(
                uploadId(n),
                TenantId.DEFAULT,
                "a.jsonl",
                FilePurpose.BATCH,
                "application/jsonl",
                2,
                Optional.empty(),
                node.time.instant(),
                Upload.State.PENDING,
                Optional.empty());
        uploads.insert(upload);
        PartId part = SeededIds.of(node.time, n).partId();
        uploads.addPart(new UploadPart(part, upload.id(), 2, node.time.instant()), 1);
        node.store.put(UploadPart.key(upload.id(), part), "{}");
        return upload;
    }

    private List<String> stored(String folder) {
        return node.store.list(folder, "", Integer.MAX_VALUE);
    }

    @Test
    void bytesOfADeletedFileShouldGoOnceNoLiveBatchReadsThem() {
        Batch batch = node.create(1, "24h");
        StoredFile input = deleted(1);

        assertThat(sweep("files")).isZero();
        assertThat(node.store.size(input.key())).isPresent();

        node.apply(batch, new BatchEvent.CancelRequested());
        assertThat(sweep("files")).isZero();
        node.apply(batch, new BatchEvent.EndedUnplanned());
        assertThat(sweep("files")).isEqualTo(1);
        assertThat(node.store.size(input.key())).isEmpty();
        assertThat(node.catalog.files().bytesOf(TenantId.DEFAULT)).isZero();
        assertThat(removed).containsEntry("files", 1L);
    }

    @Test
    void anExpiredFileShouldGoWhenTheClocksOfAllNodesSaySo() {
        StoredFile expiring = file(1, Optional.of(node.time.instant().plusSeconds(3600)));
        file(2, Optional.empty());
        node.time.advance(Duration.ofSeconds(3659));
        assertThat(sweep("files")).isZero();

        node.time.advance(Duration.ofSeconds(1));

        assertThat(sweep("files")).isEqualTo(1);
        assertThat(stored("files")).containsExactly(StoredFile.key(SeededIds.file(2)));
        assertThat(node.store.size(expiring.key())).isEmpty();
    }

    @Test
    void aLongQueueOfFilesShouldGoInOnePass() {
        IntStream.rangeClosed(1, 450).forEach(this::deleted);

        assertThat(sweep("files")).isEqualTo(450);
        assertThat(stored("files")).isEmpty();
    }

    @Test
    void aFileWhoseBytesStayShouldKeepItsRecordAndNotStopTheOthers() {
        IntStream.rangeClosed(1, 3).forEach(this::deleted);

        assertThat(sweep("files", RetentionConfig.DEFAULT, FailAfter.calls(1, 1).in(node.store)))
                .isEqualTo(2);
        assertThat(node.catalog.files().bytesOf(TenantId.DEFAULT)).isEqualTo(2);
        assertThat(sweep("files")).isEqualTo(1);
        assertThat(stored("files")).isEmpty();
    }

    @Test
    void aRecordWhoseBytesWentJustBeforeACrashShouldGo() {
        StoredFile file = deleted(1);
        node.store.delete(file.key());

        assertThat(sweep("files")).isEqualTo(1);
        assertThat(node.catalog.files().bytesOf(TenantId.DEFAULT)).isZero();
    }

    @Test
    void partsOfEndedUploadsShouldGoAndThoseOfPendingOnesStay() {
        Upload cancelled = upload(1);
        Upload pending = upload(2);
        uploads.cancel(cancelled.id());

        assertThat(sweep("uploads")).isEqualTo(1);
        assertThat(stored("uploads")).hasSize(1).first().asString().startsWith(UploadPart.folder(pending.id()));

        // the process died after it had removed the bytes
        node.store.deleteFolder(UploadPart.folder(pending.id()));
        node.time.advance(Upload.LIFETIME.multipliedBy(2));
        assertThat(sweep("uploads")).isEqualTo(1);
        assertThat(uploads.parts(pending.id())).isEmpty();
    }

    @Test
    void partsThatCouldNotBeRemovedShouldBeFoundAgain() {
        uploads.cancel(upload(1).id());

        assertThat(sweep("uploads", RetentionConfig.DEFAULT, FailAfter.calls(0).in(node.store)))
                .isZero();
        assertThat(sweep("uploads")).isEqualTo(1);
        assertThat(stored("uploads")).isEmpty();
    }

    @Test
    void partsThatCameBehindTheEndOfTheirUploadShouldGo() {
        Upload ended = upload(1);
        uploads.cancel(ended.id());
        sweep("uploads");
        upload(2);
        String late = UploadPart.folder(ended.id()) + "/part_late";
        node.store.put(late, "{}");

        assertThat(sweep("orphaned-parts")).isEqualTo(1);

        assertThat(node.store.size(late)).isEmpty();
        assertThat(stored("uploads")).hasSize(1);
        // the same after the upload's record has been removed
        node.time.advance(Upload.REMEMBERED);
        sweep("uploads");
        node.store.put(late, "{}");
        assertThat(sweep("orphaned-parts")).isEqualTo(1);
        assertThat(stored("uploads")).isEmpty();
    }

    @Test
    void bytesWithoutARecordShouldGoOnceTheyAreOld() {
        StoredFile known = file(1, Optional.empty());
        FileId cutOff = SeededIds.of(node.time, 7).fileId();
        node.store.put(StoredFile.key(cutOff), "{}");

        node.time.advance(DAY);
        assertThat(sweep("orphaned-files")).isZero();
        node.time.advance(Duration.ofMillis(1));
        assertThat(sweep("orphaned-files")).isEqualTo(1);

        assertThat(stored("files")).containsExactly(known.key());
    }

    @Test
    void bytesThatALiveBatchOrAPendingUploadWillOwnShouldStay() {
        ResultFiles results = ResultFiles.reserved(SeededIds.file(901), SeededIds.file(902));
        Batch batch = node.create(1, "30d");
        node.apply(batch, new BatchEvent.Planned(10, Optional.empty()));
        node.apply(batch, new BatchEvent.AssemblyBegun(results, true));
        uploads.reserveFile(upload(3).id(), SeededIds.file(903));
        for (int n = 901; n <= 904; n++) {
            node.store.put(StoredFile.key(SeededIds.file(n)), "{}");
        }

        assertThat(sweep("orphaned-files")).isEqualTo(1);

        assertThat(stored("files"))
                .containsExactly(
                        StoredFile.key(SeededIds.file(901)),
                        StoredFile.key(SeededIds.file(902)),
                        StoredFile.key(SeededIds.file(903)));
    }

    @Test
    void whatIsNotOursShouldStay() {
        node.store.put("files/readme.txt", "hello");
        node.store.put("batches/notes/a", "hello");
        node.store.put("uploads/x/y", "hello");

        for (String kind : List.of("orphaned-files", "orphaned-parts", "batch-folders")) {
            assertThat(sweep(kind)).isZero();
        }
        assertThat(stored("files")).hasSize(1);
        assertThat(stored("batches")).hasSize(1);
        assertThat(stored("uploads")).hasSize(1);
    }

    @Test
    void aStoreOfMoreThanOnePageShouldBeLookedThroughToItsEnd() {
        IntStream.rangeClosed(1, 20_001).forEach(n -> file(n, Optional.empty()));
        for (int n : List.of(1, 10_000, 10_001, 20_001)) {
            node.catalog.files().forget(SeededIds.file(n));
        }

        assertThat(sweep("orphaned-files")).isEqualTo(4);

        assertThat(stored("files")).hasSize(19_997);
    }

    @Test
    void aStoreOfWhichTheCatalogKnowsNextToNothingShouldBeLeftAlone() {
        file(1, Optional.empty());
        for (int n = 2; n <= 30; n++) {
            node.store.put(StoredFile.key(SeededIds.file(n)), "{}");
            node.store.put(Batch.folder(SeededIds.batch(n)) + "/plan.json", "{}");
        }

        assertThat(sweep("orphaned-files")).isZero();
        assertThat(sweep("batch-folders")).isZero();

        assertThat(stored("files")).hasSize(30);
        assertThat(stored("batches")).hasSize(29);
    }

    @Test
    void foldersOfEndedBatchesShouldGoAndThoseOfLiveOnesStay() {
        Batch live = node.create(1, "24h");
        Batch ended = ended(2);
        BatchId gone = SeededIds.batch(3);
        BatchId young = SeededIds.of(node.time, 7).batchId();
        for (BatchId id : List.of(live.id(), ended.id(), gone, young)) {
            node.store.put(Batch.folder(id) + "/plan.json", "{}");
            node.store.put(Batch.folder(id) + "/p0/e000001-s0001.out", "{}");
        }

        assertThat(sweep("batch-folders")).isEqualTo(2);

        assertThat(stored("batches"))
                .containsExactly(
                        live.folder() + "/p0/e000001-s0001.out",
                        live.folder() + "/plan.json",
                        Batch.folder(young) + "/p0/e000001-s0001.out",
                        Batch.folder(young) + "/plan.json");
    }

    @Test
    void aFolderThatIsLargerThanAPageShouldNotHideTheOthers() {
        Batch live = node.create(1, "24h");
        IntStream.range(0, 10_500)
                .forEach(n -> node.store.put(live.folder() + "/p0/e000001-s%05d.out".formatted(n), "{}"));
        node.store.put(ended(2).folder() + "/plan.json", "{}");

        assertThat(sweep("batch-folders")).isEqualTo(1);
        assertThat(stored("batches")).hasSize(10_500);
    }

    @Test
    void anOrphanSweepThatWasCutOffShouldBeDoneAgain() {
        List<Batch> ended = IntStream.rangeClosed(1, 3).mapToObj(this::ended).toList();
        ended.forEach(batch -> node.store.put(batch.folder() + "/plan.json", "{}"));

        assertThat(sweep(
                        "batch-folders",
                        RetentionConfig.DEFAULT,
                        FailAfter.calls(1, 1).in(node.store)))
                .isZero();
        assertThat(stored("batches")).hasSize(2);
        assertThat(sweep("batch-folders")).isEqualTo(2);
        assertThat(stored("batches")).isEmpty();
    }

    @Test
    void batchesShouldGoLongAfterTheirEndAndLeaveTheirFiles() {
        Batch live = node.create(1, "30d");
        StoredFile input = file(2, Optional.empty());
        Batch old = ended(2);
        node.time.advance(Duration.ofDays(60));
        Batch young = ended(3);
        node.time.advance(Duration.ofDays(30).minusSeconds(1));
        assertThat(sweep("batches")).isZero();

        node.time.advance(Duration.ofSeconds(1));

        assertThat(sweep("batches")).isEqualTo(1);
        assertThat(node.catalog.find(old.id())).isEmpty();
        assertThat(node.catalog.find(young.id())).isPresent();
        assertThat(node.catalog.find(live.id())).isPresent();
        assertThat(node.catalog.files().find(TenantId.DEFAULT, input.id(), node.time.instant()))
                .isPresent();
    }

    @Test
    void manyOldBatchesShouldGoInOnePass() {
        IntStream.rangeClosed(1, 450).forEach(this::ended);
        node.time.advance(Duration.ofDays(90));

        assertThat(sweep("batches")).isEqualTo(450);
    }

    @Test
    void whatIsKeptForEverShouldHaveNoSweep() {
        RetentionConfig forEver = new RetentionConfig(Optional.empty(), DAY, Optional.empty(), DAY, false);

        assertThat(sweeps(forEver, node.store))
                .extracting(RetentionSweep::kind)
                .doesNotContain("batches", "job-history")
                .hasSize(9);
        assertThat(sweeps(RetentionConfig.DEFAULT, node.store)).hasSize(11);
    }

    @Test
    void executionsShouldGoSomeDaysAfterTheirEnd() {
        IntStream.range(0, 450)
                .forEach(n -> history.ends.add(node.time.instant().plusSeconds(n)));
        node.time.advance(Duration.ofDays(7).plusSeconds(440));

        assertThat(sweep("job-history")).isEqualTo(440);
        assertThat(history.ends).hasSize(10);
    }

    @Test
    void aDryRunShouldCountEverythingAndRemoveNothing() throws IOException {
        RetentionConfig dryRun = new RetentionConfig(
                RetentionConfig.DEFAULT.batches(), DAY, RetentionConfig.DEFAULT.jobHistory(), Duration.ZERO, true);
        IntStream.rangeClosed(1, 250).forEach(this::deleted);
        node.store.put(StoredFile.key(SeededIds.file(999)), "{}");
        uploads.cancel(upload(1).id());
        IntStream.rangeClosed(1, 250).forEach(this::ended);
        node.store.put(Batch.folder(SeededIds.batch(1)) + "/plan.json", "{}");
        history.ends.add(node.time.instant());
        node.time.advance(Duration.ofDays(91));
        // no call may change the store, so the number of files must be the same afterwards
        int files = stored("files").size();

        for (RetentionSweep sweep : sweeps(dryRun, FailAfter.calls(0).in(node.store))) {
            sweep.sweepOnce();
        }

        assertThat(removed).isEmpty();
        assertThat(removable)
                .containsEntry("files", 250L)
                .containsEntry("orphaned-files", 1L)
                .containsEntry("uploads", 1L)
                .containsEntry("batches", 250L)
                .containsEntry("batch-folders", 1L)
                .containsEntry("job-history", 1L)
                .containsEntry("webhook-deliveries", 0L)
                .containsEntry("idempotency-keys", 0L);
        assertThat(stored("files")).hasSize(files);
        assertThat(stored("uploads")).hasSize(1);
        assertThat(stored("batches")).hasSize(1);
        assertThat(node.catalog.endedBefore(node.time.instant(), Optional.empty(), 1000))
                .hasSize(250);
        assertThat(node.catalog.files().forgettableCount(node.time.instant())).isEqualTo(250);
        assertThat(uploads.sweepableCount(node.time.instant())).isEqualTo(1);
        assertThat(history.ends).hasSize(1);
    }

    /** Executions of which only the end is known. */
    private static final class ListedHistory implements JobHistory {
        final List<Instant> ends = new ArrayList<>();

        @Override
        public int closeInterrupted(Instant boot) {
            throw new AssertionError("not the sweep's business");
        }

        @Override
        public int removeEndedBefore(Instant end, int limit) {
            List<Instant> over =
                    ends.stream().filter(at -> at.isBefore(end)).limit(limit).toList();
            ends.removeAll(over);
            return over.size();
        }

        @Override
        public long countEndedBefore(Instant end) {
            return ends.stream().filter(at -> at.isBefore(end)).count();
        }
    }
}
