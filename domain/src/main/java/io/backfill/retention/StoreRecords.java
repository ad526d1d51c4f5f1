package io.backfill.retention;

import io.backfill.ids.BatchId;
import io.backfill.ids.FileId;
import io.backfill.ids.UploadId;
import java.util.Collection;
import java.util.Set;

/**
 * SPI: what the catalog says of ids that were found in the store. Of each id it sees all records as they were at one moment, so a
 * record that takes the place of a reservation meanwhile is not missed. What has no record may be about to get one: the age of
 * its id tells. Reads only; blocking and failures as for {@link io.backfill.files.FileCatalog}.
 */
public interface StoreRecords {
    /**
     * What is known of some ids; nothing is known of those in neither set.
     *
     * @param wanted their bytes must stay
     * @param over the record says that their bytes are of no more use, and never will be again
     */
    record Known<I>(Set<I> wanted, Set<I> over) {}

    /**
     * Wanted: files with a record in any state (deleted ones go their own way), and those that a batch before its end or a
     * pending upload will become.
     */
    Known<FileId> files(Collection<FileId> found);

    /** Parts of uploads. Wanted: those that {@link EndedUploads#sweep} has still to look at. Over: the others. */
    Known<UploadId> uploads(Collection<UploadId> found);

    /** Folders of batches. Wanted: of those before their end. Over: of those behind it. */
    Known<BatchId> batches(Collection<BatchId> found);
}
