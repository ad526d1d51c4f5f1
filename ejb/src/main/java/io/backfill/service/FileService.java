package io.backfill.service;

import io.backfill.errors.BackfillException;
import io.backfill.errors.ErrorCode;
import io.backfill.files.BlobReader;
import io.backfill.files.FileCatalog;
import io.backfill.files.FileConfig;
import io.backfill.files.FileQuery;
import io.backfill.files.FileStore;
import io.backfill.files.StoredFile;
import io.backfill.files.TenantStorage;
import io.backfill.ids.FileId;
import io.backfill.ids.IdGenerator;
import io.backfill.tenants.TenantId;
import java.io.IOException;
import java.nio.file.NoSuchFileException;
import java.time.Instant;
import java.time.InstantSource;
import java.util.OptionalLong;

/** Stores, finds, lists, reads and deletes files that are uploaded in one piece. Thread-safe. */
public final class FileService {
    private final FileStore store;
    private final FileCatalog catalog;
    private final IdGenerator ids;
    private final InstantSource time;
    private final FileConfig config;
    private final FileRules rules;

    public FileService(
            FileStore store,
            FileCatalog catalog,
            TenantStorage storage,
            IdGenerator ids,
            InstantSource time,
            FileConfig config) {
        this.store = store;
        this.catalog = catalog;
        this.ids = ids;
        this.time = time;
        this.config = config;
        this.rules = new FileRules(storage, config);
    }

    /** Begins an upload. The purpose may follow the bytes, so only the largest limit applies while they stream. */
    public ArrivingFile begin(TenantId tenant) {
        return begin(tenant, config.maxUploadBytes());
    }

    /** Begins to store bytes that the gateway makes, at most so many of them. */
    ArrivingFile begin(TenantId tenant, long maxBytes) {
        FileId id = ids.fileId();
        String key = StoredFile.key(id);
        OptionalLong room = rules.room(tenant, time.instant());
        ArrivingBytes bytes = room.isPresent() && room.getAsLong() < maxBytes
                ? new ArrivingBytes(store, key, room.getAsLong(), rules::quotaExceeded)
                : new ArrivingBytes(store, key, maxBytes, () -> FileRules.tooLarge(FileRules.FILE));
        return new ArrivingFile(tenant, id, bytes);
    }

    /**
     * Creates a file from the received bytes. A crash before the return leaves either the file or a blob without a record.
     *
     * @throws BackfillException {@code INVALID_REQUEST}, {@code TOO_LARGE} or {@code STORAGE_QUOTA_EXCEEDED}; the bytes are
     *     then removed when {@code arrived} is closed
     */
    public StoredFile store(ArrivingFile arrived, NewFile described) {
        long size = arrived.bytes().size();
        if (size == 0) {
            throw new BackfillException(ErrorCode.INVALID_REQUEST, "The uploaded file is empty.", FileRules.FILE);
        }
        rules.checkName(described);
        if (size > config.maxBytes(described.purpose())) {
            throw FileRules.tooLarge(FileRules.FILE);
        }
        return add(arrived, described);
    }

    /** Creates a file from bytes that the gateway made. Otherwise as {@link #store}, without the limits of an upload. */
    StoredFile add(ArrivingFile arrived, NewFile described) {
        Instant createdAt = FileRules.toTheSecond(arrived.id().createdAt());
        StoredFile file = new StoredFile(
                arrived.id(),
                arrived.tenant(),
                described.filename(),
                described.purpose(),
                arrived.bytes().size(),
                createdAt,
                rules.expiry(described.purpose(), described.expiresAfter(), createdAt));
        rules.add(file);
        arrived.bytes().take();
        return file;
    }

    public StoredFile get(TenantId tenant, FileId id) {
        return catalog.find(tenant, id, time.instant()).orElseThrow(() -> noSuchFile(id.value()));
    }

    public Page<StoredFile> list(TenantId tenant, FileQuery query) {
        FileQuery oneMore = new FileQuery(query.purpose(), query.after(), query.newestFirst(), query.limit() + 1);
        return Page.of(catalog.list(tenant, oneMore, time.instant()), query.limit());
    }

    /** Hides the file at once. The next sweep removes its bytes, but not before all batches that read them have ended. */
    public void delete(TenantId tenant, FileId id) {
        if (!catalog.delete(tenant, id, time.instant())) {
            throw noSuchFile(id.value());
        }
    }

    /** Opens the file's bytes. The caller closes the result. */
    public FileContent content(TenantId tenant, FileId id) {
        StoredFile file = get(tenant, id);
        try {
            BlobReader bytes = store.open(file.key());
            return new FileContent(file, bytes);
        } catch (NoSuchFileException swept) {
            // the file was deleted or expired and was swept after it was read above; if it still exists, the store has
            // lost
            // its bytes
            if (catalog.find(tenant, id, time.instant()).isPresent()) {
                ServiceLog.LOG.bytesLost(id.value());
            }
            throw noSuchFile(id.value());
        } catch (IOException e) {
            throw ArrivingBytes.storeFailure(e);
        }
    }

    /** The same error for a file that does not exist, that belongs to another tenant, and for a malformed id. */
    public static BackfillException noSuchFile(String id) {
        return new BackfillException(ErrorCode.NOT_FOUND, "No such File object: " + id, "id");
    }
}
