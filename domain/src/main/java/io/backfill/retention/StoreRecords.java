package io.backfill.retention;

import io.backfill.ids.BatchId;
import io.backfill.ids.FileId;
import io.backfill.ids.UploadId;
import java.util.Collection;
import java.util.Set;

/**
 * SPI that looks up in the catalog ids that were found in the store. For each id all records are read as of the same moment, so a
 * record that replaces a reservation during the call is not missed. An id without a record may be about to get one, which the
 * caller must judge by the age of the id. Read-only. Blocking and failures are as for {@link io.backfill.files.FileCatalog}.
 */
public interface StoreRecords {
    /**
     * What the records say about some ids. Ids in neither set have no record.
     *
     * @param wanted ids whose bytes must be kept
     * @param over ids whose bytes are no longer needed, permanently
     */
    record Known<I>(Set<I> wanted, Set<I> over) {}

    /**
     * Looks up files. Wanted are files with a record in any state, because deleted files are removed separately, and files that an
     * unfinished batch or a pending upload has reserved.
     */
    Known<FileId> files(Collection<FileId> found);

    /**
     * Looks up uploads by their parts. Wanted are uploads that {@link EndedUploads#sweep} has not processed yet; all others are
     * over.
     */
    Known<UploadId> uploads(Collection<UploadId> found);

    /** Looks up batches by their folders. Wanted are unfinished batches; ended ones are over. */
    Known<BatchId> batches(Collection<BatchId> found);
}
