package io.backfill.service;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.backfill.errors.BackfillException;
import io.backfill.errors.ErrorCode;
import io.backfill.files.BlobPiece;
import io.backfill.files.BlobReader;
import io.backfill.files.FileConfig;
import io.backfill.files.FilePurpose;
import io.backfill.files.FileQuery;
import io.backfill.files.FileStore;
import io.backfill.files.StorageFullException;
import io.backfill.files.StoredFile;
import io.backfill.ids.FileId;
import io.backfill.ids.IdGenerator;
import io.backfill.memory.MemoryFileCatalog;
import io.backfill.memory.MemoryTenantStorage;
import io.backfill.memory.MemoryUploadCatalog;
import io.backfill.tenants.TenantId;
import io.backfill.testing.MemoryFileStore;
import io.backfill.testing.SeededIds;
import io.backfill.testing.SettableTime;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;

class FileServiceTest {
    private static final TenantId A = new TenantId("a");
    private static final TenantId B = new TenantId("b");
    private static final NewFile BATCH = new NewFile("a.jsonl", FilePurpose.BATCH, Optional.empty());

    private final SettableTime time = SettableTime.standing();
    private final IdGenerator ids = SeededIds.of(time, 1);
    private final MemoryFileStore store = new MemoryFileStore();
    private final MemoryFileCatalog catalog = new MemoryFileCatalog();
    private final FileService files = service(store, FileConfig.DEFAULT);

    private FileService service(FileStore bytes, FileConfig config) {
        return new FileService(
                bytes, catalog, new MemoryTenantStorage(catalog, new MemoryUploadCatalog()), ids, time, config);
    }

    private static InputStream bytes(int count) {
        return new ByteArrayInputStream(new byte[count]);
    }

    private static StoredFile store(FileService files, TenantId tenant, int size, NewFile described) {
        try (ArrivingFile arriving = files.begin(tenant)) {
            arriving.receive(bytes(size));
            return files.store(arriving, described);
        }
    }

    private static void assertRefused(ErrorCode code, Runnable action) {
        assertThatThrownBy(action::run)
                .isInstanceOfSatisfying(
                        BackfillException.class, e -> assertThat(e.code()).isEqualTo(code));
    }

    @Test
    void storedFileShouldBeFoundWithItsBytes() throws IOException {
        StoredFile file = store(files, A, 7, BATCH);
        assertThat(files.get(A, file.id())).isEqualTo(file);
        assertThat(file.bytes()).isEqualTo(7);
        assertThat(file.createdAt().getEpochSecond()).isEqualTo(time.instant().getEpochSecond());
        assertThat(file.expiresAt()).contains(file.createdAt().plus(Duration.ofDays(30)));
        try (FileContent content = files.content(A, file.id())) {
            assertThat(content.bytes().size()).isEqualTo(7);
        }
    }

    @Test
    void bytesThatNobodyTookShouldBeRemoved() {
        try (ArrivingFile arriving = files.begin(A)) {
            arriving.receive(bytes(7));
            assertThat(store.list("files", 10)).hasSize(1);
        }
        assertThat(store.list("files", 10)).isEmpty();
        assertThat(catalog.bytesOf(A)).isZero();
    }

    @Test
    void fileWithoutBytesShouldBeRefused() {
        assertRefused(ErrorCode.INVALID_REQUEST, () -> store(files, A, 0, BATCH));
        assertThat(store.list("files", 10)).isEmpty();
    }

    @Test
    void askedLifeShouldWinOverThePurposes() {
        NewFile described = new NewFile("a", FilePurpose.BATCH, Optional.of(Duration.ofHours(2)));
        StoredFile file = store(files, A, 1, described);
        assertThat(file.expiresAt()).contains(file.createdAt().plus(Duration.ofHours(2)));
        time.advance(Duration.ofHours(2));
        assertRefused(ErrorCode.NOT_FOUND, () -> files.get(A, file.id()));
    }

    @Test
    void fullStoreShouldBeToldApartFromABrokenOne() {
        FileStore full = new BrokenStore(new StorageFullException("no room", new IOException()));
        assertRefused(ErrorCode.STORAGE_FULL, () -> store(service(full, FileConfig.DEFAULT), A, 1, BATCH));
        FileStore broken = new BrokenStore(new IOException("broken"));
        assertRefused(ErrorCode.UNAVAILABLE, () -> store(service(broken, FileConfig.DEFAULT), A, 1, BATCH));
        assertThat(files.list(A, new FileQuery(Optional.empty(), Optional.empty(), true, 10))
                        .items())
                .isEmpty();
    }

    @Test
    void senderThatFailsShouldFailAsItself() {
        InputStream failing = new InputStream() {
            @Override
            public int read() {
                throw new BackfillException(ErrorCode.INVALID_REQUEST, "broken form");
            }
        };
        assertRefused(ErrorCode.INVALID_REQUEST, () -> {
            try (ArrivingFile arriving = files.begin(A)) {
                arriving.receive(failing);
            }
        });
        assertThat(store.list("files", 10)).isEmpty();
    }

    @Test
    void storeThatCannotRemoveShouldNotHideTheRefusal() {
        FileStore stubborn = new BrokenStore(new IOException("broken")) {
            @Override
            public long put(String key, InputStream bytes, long maxBytes) {
                return 0;
            }
        };
        assertRefused(ErrorCode.INVALID_REQUEST, () -> store(service(stubborn, FileConfig.DEFAULT), A, 0, BATCH));
    }

    @Test
    void anotherTenantsFileShouldBeAbsent() {
        FileId id = store(files, A, 1, BATCH).id();
        assertRefused(ErrorCode.NOT_FOUND, () -> files.get(B, id));
        assertRefused(ErrorCode.NOT_FOUND, () -> files.content(B, id));
        assertRefused(ErrorCode.NOT_FOUND, () -> files.delete(B, id));
        files.delete(A, id);
        assertRefused(ErrorCode.NOT_FOUND, () -> files.delete(A, id));
    }

    @Test
    void pageShouldTellWhetherThereIsMore() {
        List<FileId> stored = new ArrayList<>();
        for (int i = 0; i < 3; i++) {
            stored.add(store(files, A, 1, BATCH).id());
        }
        Page<StoredFile> all = files.list(A, new FileQuery(Optional.empty(), Optional.empty(), false, 3));
        assertThat(all.items()).extracting(StoredFile::id).isEqualTo(stored);
        assertThat(all.hasMore()).isFalse();
        Page<StoredFile> two = files.list(A, new FileQuery(Optional.empty(), Optional.empty(), false, 2));
        assertThat(two.items()).extracting(StoredFile::id).isEqualTo(stored.subList(0, 2));
        assertThat(two.hasMore()).isTrue();
    }

    /** A store in which every operation fails. */
    private static class BrokenStore implements FileStore {
        private final IOException failure;

        BrokenStore(IOException failure) {
            this.failure = failure;
        }

        @Override
        public long put(String key, InputStream bytes, long maxBytes) throws IOException {
            throw failure;
        }

        @Override
        public long concatenate(String target, List<BlobPiece> pieces) throws IOException {
            throw failure;
        }

        @Override
        public BlobReader open(String key) throws IOException {
            throw failure;
        }

        @Override
        public OptionalLong size(String key) throws IOException {
            throw failure;
        }

        @Override
        public List<String> list(String folder, String after, int limit) throws IOException {
            throw failure;
        }

        @Override
        public void delete(String key) throws IOException {
            throw failure;
        }

        @Override
        public void deleteFolder(String folder) throws IOException {
            throw failure;
        }

        @Override
        public void check() throws IOException {
            throw failure;
        }
    }
}
