package io.backfill.lifecycle;

import static io.backfill.ops.BackfillLog.LOG;

import io.backfill.batches.Batch;
import io.backfill.batches.BatchCatalog;
import io.backfill.files.FileCatalog;
import io.backfill.files.FileStore;
import io.backfill.files.StoredFile;
import io.backfill.files.Upload;
import io.backfill.files.UploadCatalog;
import io.backfill.files.UploadPart;
import io.backfill.ids.BatchId;
import io.backfill.ids.FileId;
import java.io.IOException;
import java.time.Instant;
import java.time.InstantSource;
import java.util.LinkedHashSet;
import java.util.Optional;
import java.util.Set;

/**
 * Gives room back: bytes of files that are deleted or expired and that no live batch reads, parts of uploads that ended, and
 * folders of batches that ended just before a crash. Bytes go first, the record after them, so a crash in between is only
 * done again.
 */
public final class RetentionSweep {
    private static final int AT_ONCE = 200;
    private static final int KEYS_AT_ONCE = 100_000;

    private final FileCatalog files;
    private final UploadCatalog uploads;
    private final BatchCatalog batches;
    private final FileStore store;
    private final InstantSource time;

    public RetentionSweep(
            FileCatalog files, UploadCatalog uploads, BatchCatalog batches, FileStore store, InstantSource time) {
        this.files = files;
        this.uploads = uploads;
        this.batches = batches;
        this.store = store;
        this.time = time;
    }

    /** One pass; does a bounded amount of work. */
    public void sweepOnce() throws IOException {
        Instant now = time.instant();
        int forgotten = 0;
        for (StoredFile file : files.forgettable(now, AT_ONCE)) {
            store.delete(file.key());
            files.forget(file.id());
            forgotten++;
        }
        int cleared = uploads.sweep(now, AT_ONCE, this::partsRemoved);
        if (forgotten + cleared > 0) {
            LOG.swept(forgotten, cleared, 0);
        }
    }

    private boolean partsRemoved(Upload upload) {
        try {
            store.deleteFolder(UploadPart.folder(upload.id()));
            return true;
        } catch (IOException e) {
            LOG.passFailed("removing the parts of " + upload.id(), String.valueOf(e.getMessage()), e);
            return false;
        }
    }

    /**
     * Removes blobs of files that have no record: their upload or assembly was cut off by a crash. Only while no assembly can be under
     * way, that is before a node's first claim, and only by the one node of a store; uploads that begin meanwhile have newer ids
     * and are left alone.
     */
    public void sweepBlobs() throws IOException {
        Instant began = time.instant();
        int removed = 0;
        for (String key : store.list("files", KEYS_AT_ONCE)) {
            Optional<FileId> id = FileId.parse(key.substring(key.lastIndexOf('/') + 1));
            if (id.isPresent() && id.get().createdAt().isBefore(began) && !files.knows(id.get())) {
                store.delete(key);
                removed++;
            }
        }
        if (removed > 0) {
            LOG.swept(removed, 0, 0);
        }
    }

    /** Folders whose batch ended while this or another process was dying. */
    public void sweepFolders() throws IOException {
        Set<BatchId> folders = new LinkedHashSet<>();
        for (String key : store.list("batches", KEYS_AT_ONCE)) {
            String[] segments = key.split("/", 3);
            BatchId.parse(segments[1]).ifPresent(folders::add);
        }
        int removed = 0;
        for (BatchId id : folders) {
            Optional<Batch> row = batches.find(id);
            if (row.isEmpty() || row.get().status().terminal()) {
                store.deleteFolder(Batch.folder(id));
                removed++;
            }
        }
        if (removed > 0) {
            LOG.swept(0, 0, removed);
        }
    }
}
