package io.backfill.lifecycle;

import io.backfill.batches.Batch;
import io.backfill.files.FileStore;
import io.backfill.files.StoredFile;
import io.backfill.files.UploadPart;
import io.backfill.ids.BatchId;
import io.backfill.ids.FileId;
import io.backfill.ids.UploadId;
import io.backfill.retention.StoreRecords;
import io.backfill.retention.StoreRecords.Known;
import java.io.IOException;
import java.time.Instant;
import java.util.Collection;
import java.util.Optional;
import java.util.function.Function;

/**
 * A folder of the store whose items have records in the catalog.
 *
 * @param kind name of the items that are left there by mistake
 * @param folder common prefix of all keys; the path segment after it is the item's id
 * @param parse parses the id from that segment
 * @param behind a cursor after all keys of an item
 */
record RecordedFolder<I>(
        String kind,
        String folder,
        Function<String, Optional<I>> parse,
        Function<I, Instant> createdAt,
        Function<I, String> behind,
        Function<Collection<I>, Known<I>> known,
        Removal<I> removal) {
    /** Deletes the bytes of an item. Idempotent. */
    interface Removal<I> {
        void remove(I id) throws IOException;
    }

    /** Blobs of files whose upload or assembly was interrupted by a crash. */
    static RecordedFolder<FileId> files(FileStore store, StoreRecords records) {
        return new RecordedFolder<>(
                "orphaned-files",
                "files",
                FileId::parse,
                FileId::createdAt,
                StoredFile::key,
                records::files,
                id -> store.delete(StoredFile.key(id)));
    }

    /** Parts that arrived just before a crash although their upload had ended. */
    static RecordedFolder<UploadId> parts(FileStore store, StoreRecords records) {
        return new RecordedFolder<>(
                "orphaned-parts",
                "uploads",
                UploadId::parse,
                UploadId::createdAt,
                id -> behindFolder(UploadPart.folder(id)),
                records::uploads,
                id -> store.deleteFolder(UploadPart.folder(id)));
    }

    /** Folders of batches that ended just before a crash, or to which a node kept writing after it had lost its lease. */
    static RecordedFolder<BatchId> batchFolders(FileStore store, StoreRecords records) {
        return new RecordedFolder<>(
                "batch-folders",
                "batches",
                BatchId::parse,
                BatchId::createdAt,
                id -> behindFolder(Batch.folder(id)),
                records::batches,
                id -> store.deleteFolder(Batch.folder(id)));
    }

    private static String behindFolder(String folder) {
        // '0' is the character after '/'
        return folder + "0";
    }

    /** Returns the id of the item to which a key belongs; empty if the key is not one of Backfill's. */
    Optional<I> idOf(String key) {
        return parse.apply(key.split("/", 3)[1]);
    }
}
