package io.backfill.files;

import io.backfill.ids.FileId;
import io.backfill.tenants.TenantId;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/**
 * SPI for the records of files. Every method runs in one short transaction of its own and blocks until it commits. If the database
 * does not respond, the method throws {@link io.backfill.errors.BackfillException} with code {@code UNAVAILABLE}. A committed
 * record survives a {@code kill -9}. A deleted or expired file is invisible to {@link #find} and {@link #list} immediately. Its
 * record remains until {@link #forget}, because a running batch may still read the bytes.
 */
public interface FileCatalog {
    /**
     * Adds a record, or replaces the record with the same id and tenant, so that finishing a batch twice yields one file. A
     * deleted file stays deleted.
     *
     * @throws IllegalStateException if the id belongs to another tenant
     */
    void put(StoredFile file);

    /** Returns the tenant's live file. Empty if the file is deleted, expired at {@code now}, owned by another tenant or unknown. */
    Optional<StoredFile> find(TenantId tenant, FileId id, Instant now);

    /** Returns one page of the tenant's live files, ordered by id. */
    List<StoredFile> list(TenantId tenant, FileQuery query, Instant now);

    /** Hides the tenant's live file. Returns false if there is no such file; of two concurrent deletes exactly one returns true. */
    boolean delete(TenantId tenant, FileId id, Instant now);

    /** Returns the bytes that the tenant's files occupy in the store. Deleted files count until they are forgotten. */
    long bytesOf(TenantId tenant);

    /**
     * Returns files that are deleted or expired at {@code now} and that no batch reads or may read again. Deleted files come first,
     * then the others by expiry.
     *
     * <p>A batch reads its input, and a rerun also result files of its ancestors, until it has ended. The input of a batch that has
     * ended may be read by a rerun.
     *
     * @param rerunSince inputs of batches that ended after this moment are kept; batches that were never planned do not count
     */
    List<StoredFile> forgettable(Instant now, Instant rerunSince, int limit);

    /** Returns such files, of which inputs are kept only for batches that have not ended. */
    default List<StoredFile> forgettable(Instant now, int limit) {
        return forgettable(now, now, limit);
    }

    /** Returns the total number of files that {@link #forgettable} would return without a limit. */
    long forgettableCount(Instant now, Instant rerunSince);

    /** Returns the total number, where inputs are kept only for batches that have not ended. */
    default long forgettableCount(Instant now) {
        return forgettableCount(now, now);
    }

    /** Permanently removes the record. Called after the bytes are removed. Idempotent. */
    void forget(FileId id);
}
