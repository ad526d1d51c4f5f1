package io.backfill.service;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.backfill.errors.BackfillException;
import io.backfill.errors.ErrorCode;
import io.backfill.files.FileConfig;
import io.backfill.files.FilePurpose;
import io.backfill.files.FileQuery;
import io.backfill.files.FileStore;
import io.backfill.files.StoredFile;
import io.backfill.files.TenantLimits;
import io.backfill.files.Upload.State;
import io.backfill.ids.IdGenerator;
import io.backfill.ids.PartId;
import io.backfill.ids.UploadId;
import io.backfill.memory.MemoryFileCatalog;
import io.backfill.memory.MemoryTenantStorage;
import io.backfill.memory.MemoryUploadCatalog;
import io.backfill.tenants.TenantId;
import io.backfill.testing.FailAfter;
import io.backfill.testing.MemoryFileStore;
import io.backfill.testing.SeededIds;
import io.backfill.testing.SettableTime;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class UploadServiceTest {
    private static final TenantId A = new TenantId("a");

    private final SettableTime time = SettableTime.standing();
    private final IdGenerator ids = SeededIds.of(time, 1);
    private final MemoryFileStore store = new MemoryFileStore();
    private final MemoryFileCatalog files = new MemoryFileCatalog();
    private final MemoryUploadCatalog catalog = new MemoryUploadCatalog();
    private final UploadService uploads = service(store);

    private UploadService service(FileStore bytes) {
        return service(bytes, TenantLimits.DEFAULT);
    }

    private UploadService service(FileStore bytes, TenantLimits limits) {
        FileConfig d = FileConfig.DEFAULT;
        return new UploadService(
                new UploadService.Ports(catalog, catalog, new MemoryTenantStorage(files, catalog), bytes, files),
                ids,
                time,
                new FileConfig(
                        d.maxUploadBytes(),
                        d.maxBatchFileBytes(),
                        d.strictFilename(),
                        d.batchExpiry(),
                        limits,
                        d.maxUploadTotalBytes(),
                        d.maxPartBytes(),
                        d.drainTime(),
                        d.drainBytes(),
                        d.maxListLimit()));
    }

    private UploadId create(long bytes) {
        return create(uploads, bytes);
    }

    private static UploadId create(UploadService uploads, long bytes) {
        NewFile file = new NewFile("a.jsonl", FilePurpose.BATCH, Optional.empty());
        return uploads.create(A, new NewUpload(file, "application/jsonl", bytes))
                .upload()
                .id();
    }

    private PartId part(UploadId upload, String content) {
        return part(uploads, upload, content);
    }

    private static PartId part(UploadService uploads, UploadId upload, String content) {
        try (ArrivingPart arriving = uploads.begin(A, upload)) {
            arriving.receive(new ByteArrayInputStream(content.getBytes(StandardCharsets.UTF_8)));
            return uploads.add(arriving).id();
        }
    }

    private List<StoredFile> live() {
        return files.list(A, new FileQuery(Optional.empty(), Optional.empty(), true, 100), time.instant());
    }

    private static void assertRefused(ErrorCode code, Runnable action) {
        assertThatThrownBy(action::run)
                .isInstanceOfSatisfying(
                        BackfillException.class, e -> assertThat(e.code()).isEqualTo(code));
    }

    @Test
    void completeWithAnotherOrderShouldBeAConflictWhileTheFileIsBeingMade() throws IOException {
        UploadId upload = create(6);
        PartId first = part(upload, "abc");
        PartId second = part(upload, "def");
        UploadService dying = service(FailAfter.calls(0).in(store));
        assertRefused(ErrorCode.UNAVAILABLE, () -> dying.complete(A, upload, List.of(first, second), Optional.empty()));
        assertRefused(ErrorCode.CONFLICT, () -> uploads.complete(A, upload, List.of(second, first), Optional.empty()));
        StoredFile file = uploads.complete(A, upload, List.of(first, second), Optional.empty())
                .file()
                .orElseThrow();
        assertThat(store.text(file.key())).isEqualTo("abcdef");
    }

    @Test
    void wrongDigestShouldLeaveTheOrderOpen() throws IOException {
        UploadId upload = create(6);
        PartId first = part(upload, "abc");
        PartId second = part(upload, "def");
        Optional<String> md5 = Optional.of("e80b5017098950fc58aad83c8c14978e");
        assertRefused(ErrorCode.INVALID_REQUEST, () -> uploads.complete(A, upload, List.of(second, first), md5));
        assertThat(store.text(uploads.complete(A, upload, List.of(first, second), md5)
                        .file()
                        .orElseThrow()
                        .key()))
                .isEqualTo("abcdef");
    }

    @Test
    void completeShouldJoinThePartsInTheirOrder() throws IOException {
        UploadId upload = create(6);
        PartId second = part(upload, "def");
        PartId first = part(upload, "abc");
        StoredFile file = uploads.complete(A, upload, List.of(first, second), Optional.empty())
                .file()
                .orElseThrow();
        assertThat(store.text(file.key())).isEqualTo("abcdef");
        assertThat(file.bytes()).isEqualTo(6);
    }

    @Test
    void completeThatBrokeOffShouldBeFinishedByTheNext() throws IOException {
        UploadId upload = create(3);
        List<PartId> parts = List.of(part(upload, "abc"));
        UploadService broken = service(FailAfter.calls(0).in(store));
        assertRefused(ErrorCode.UNAVAILABLE, () -> broken.complete(A, upload, parts, Optional.empty()));
        assertThat(live()).isEmpty();
        UploadState completed = uploads.complete(A, upload, parts, Optional.empty());
        assertThat(live()).containsExactly(completed.file().orElseThrow());
        assertThat(uploads.complete(A, upload, parts, Optional.empty())).isEqualTo(completed);
        assertThat(live()).hasSize(1);
    }

    @Test
    void cancelInTheMiddleOfACompleteShouldLeaveNoFile() {
        UploadId upload = create(3);
        List<PartId> parts = List.of(part(upload, "abc"));
        // cancels the upload while its bytes are being joined
        UploadService interrupted = service(new BeforeJoin(store, () -> uploads.cancel(A, upload)));
        assertRefused(ErrorCode.CONFLICT, () -> interrupted.complete(A, upload, parts, Optional.empty()));
        assertThat(live()).isEmpty();
        assertThat(catalog.find(A, upload).orElseThrow().state()).isEqualTo(State.CANCELLED);
    }

    @Test
    void twoCompletesAtOnceShouldGiveOneFile() {
        UploadId upload = create(3);
        List<PartId> parts = List.of(part(upload, "abc"));
        UploadState[] inner = new UploadState[1];
        UploadService outer =
                service(new BeforeJoin(store, () -> inner[0] = uploads.complete(A, upload, parts, Optional.empty())));
        assertThat(outer.complete(A, upload, parts, Optional.empty())).isEqualTo(inner[0]);
        assertThat(live()).hasSize(1);
    }

    @Test
    void partThatArrivesAfterTheEndShouldBeRemoved() throws IOException {
        UploadId upload = create(3);
        try (ArrivingPart late = uploads.begin(A, upload)) {
            late.receive(new ByteArrayInputStream(new byte[3]));
            uploads.cancel(A, upload);
            assertRefused(ErrorCode.CONFLICT, () -> uploads.add(late));
        }
        assertThat(store.list("uploads", 10)).isEmpty();
    }

    @Test
    void fileThatWasDeletedShouldNotComeBackWithAnotherComplete() {
        UploadId upload = create(3);
        List<PartId> parts = List.of(part(upload, "abc"));
        StoredFile file =
                uploads.complete(A, upload, parts, Optional.empty()).file().orElseThrow();
        files.delete(A, file.id(), time.instant());
        assertThat(uploads.complete(A, upload, parts, Optional.empty()).file()).isEmpty();
        assertThat(live()).isEmpty();
    }

    @Test
    void uploadShouldEndAfterAnHour() {
        UploadId upload = create(3);
        time.advance(Duration.ofHours(1).minusMillis(1));
        PartId part = part(upload, "abc");
        time.advance(Duration.ofSeconds(1));
        assertRefused(ErrorCode.CONFLICT, () -> part(upload, "abc"));
        assertRefused(ErrorCode.CONFLICT, () -> uploads.complete(A, upload, List.of(part), Optional.empty()));
        assertRefused(ErrorCode.CONFLICT, () -> uploads.cancel(A, upload));
    }

    @Test
    void uploadsAndPartsBeyondTheLimitsShouldBeRefused() {
        UploadService limited = service(store, new TenantLimits(0, 3, 2, 1));
        UploadId first = create(limited, 3);
        create(limited, 3);
        assertRefused(ErrorCode.RATE_LIMIT_EXCEEDED, () -> create(limited, 3));

        part(limited, first, "ab");
        assertRefused(ErrorCode.INVALID_REQUEST, () -> part(limited, first, "c"));

        limited.cancel(A, first);
        assertThat(catalog.parts(first)).isEmpty();
        create(limited, 3);
    }

    @Test
    void uploadsBeyondTheLimitOfFilesShouldBeRefused() {
        UploadService limited = service(store, new TenantLimits(0, 2, 10, 10));
        UploadId first = create(limited, 3);
        limited.complete(A, first, List.of(part(limited, first, "abc")), Optional.empty());
        create(limited, 3);
        assertRefused(ErrorCode.STORAGE_QUOTA_EXCEEDED, () -> create(limited, 3));
    }

    @Test
    void cancelShouldRemovePartsAndCountThoseThatStay() {
        UploadService limited = service(store, TenantLimits.DEFAULT.withQuotaBytes(10));
        UploadId upload = create(limited, 10);
        part(limited, upload, "abcd");
        UploadService broken = service(FailAfter.calls(0).in(store), TenantLimits.DEFAULT.withQuotaBytes(10));

        broken.cancel(A, upload);
        assertRefused(ErrorCode.STORAGE_QUOTA_EXCEEDED, () -> create(limited, 7));
        UploadId next = create(limited, 6);
        catalog.sweep(time.instant(), 10, swept -> true);
        assertRefused(ErrorCode.STORAGE_QUOTA_EXCEEDED, () -> create(limited, 5));
        create(limited, 4);
        limited.cancel(A, next);
        create(limited, 6);
    }

    @Test
    void anotherTenantsUploadShouldBeAbsent() {
        UploadId upload = create(3);
        TenantId other = new TenantId("b");
        assertRefused(ErrorCode.NOT_FOUND, () -> uploads.begin(other, upload));
        assertRefused(ErrorCode.NOT_FOUND, () -> uploads.cancel(other, upload));
        assertRefused(ErrorCode.NOT_FOUND, () -> uploads.complete(other, upload, List.of(), Optional.empty()));
    }

    @Test
    void uploadBeyondTheLimitShouldBeRefused() {
        assertRefused(ErrorCode.INTEGER_ABOVE_MAX_VALUE, () -> create(FileConfig.DEFAULT.maxUploadTotalBytes() + 1));
    }
}
