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
 * A place in the store where things lie that records tell of.
 *
 * @param kind what is left there by mistake
 * @param folder of all keys of the place; the segment behind it is the thing's id
 * @param parse the id that a segment spells
 * @param behind a cursor behind all keys of the thing
 */
record StorePlace<I>(
        String kind,
        String folder,
        Function<String, Optional<I>> parse,
        Function<I, Instant> createdAt,
        Function<I, String> behind,
        Function<Collection<I>, Known<I>> known,
        Removal<I> removal) {
    /** Takes a thing's bytes away; idempotent. */
    interface Removal<I> {
        void remove(I id) throws IOException;
    }

    /** Blobs of files: their upload or assembly was cut off by a crash. */
    static StorePlace<FileId> files(FileStore store, StoreRecords records) {
        return new StorePlace<>(
                "orphaned-files",
                "files",
                FileId::parse,
                FileId::createdAt,
                StoredFile::key,
                records::files,
                id -> store.delete(StoredFile.key(id)));
    }

    /** Parts that arrived when their upload had ended, just before a crash. */
    static StorePlace<UploadId> parts(FileStore store, StoreRecords records) {
        return new StorePlace<>(
                "orphaned-parts",
                "uploads",
                UploadId::parse,
                UploadId::createdAt,
                id -> behindFolder(UploadPart.folder(id)),
                records::uploads,
                id -> store.deleteFolder(UploadPart.folder(id)));
    }

    /** Folders of batches that ended just before a crash, or into which a node that had lost its lease still wrote. */
    static StorePlace<BatchId> batchFolders(FileStore store, StoreRecords records) {
        return new StorePlace<>(
                "batch-folders",
                "batches",
                BatchId::parse,
                BatchId::createdAt,
                id -> behindFolder(Batch.folder(id)),
                records::batches,
                id -> store.deleteFolder(Batch.folder(id)));
    }

    private static String behindFolder(String folder) {
        // the character behind the slash
        return folder + "0";
    }

    /** The id of the thing to which a key of this place belongs; empty for what is not ours. */
    Optional<I> idOf(String key) {
        return parse.apply(key.split("/", 3)[1]);
    }
}
