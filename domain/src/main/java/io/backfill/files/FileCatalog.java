package io.backfill.files;

import io.backfill.ids.FileId;
import io.backfill.tenants.TenantId;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/**
 * SPI: the records of files. Every method is one short transaction of its own and blocks for it; a database that does not
 * answer shows as {@link io.backfill.errors.BackfillException} {@code UNAVAILABLE}. A record that was committed survives a
 * {@code kill -9}. A file that is deleted or past its expiry is invisible to {@link #find} and {@link #list} at once; its
 * record stays until {@link #forget}, because a running batch may still read the bytes.
 */
public interface FileCatalog {
    /**
     * Adds a record. Adding the same id and tenant again replaces it: finishing a batch twice must give one file. A deleted file
     * stays deleted.
     *
     * @throws IllegalStateException when the id is another tenant's
     */
    void put(StoredFile file);

    /** The tenant's live file, or empty: deleted, expired at {@code now}, another tenant's, never there. */
    Optional<StoredFile> find(TenantId tenant, FileId id, Instant now);

    /** One page of the tenant's live files, ordered by id. */
    List<StoredFile> list(TenantId tenant, FileQuery query, Instant now);

    /** Hides the tenant's live file. False when there was none; so of two deletes at once only one is true. */
    boolean delete(TenantId tenant, FileId id, Instant now);

    /** Bytes of the tenant's files that still occupy the store, deleted ones included until they are forgotten. */
    long bytesOf(TenantId tenant);

    /**
     * Files that are deleted or expired at {@code now} and that no batch before its end reads: deleted ones first, then by expiry.
     */
    List<StoredFile> forgettable(Instant now, int limit);

    /** How many files {@link #forgettable} would give in all. */
    long forgettableCount(Instant now);

    /** Removes the record for good, after its bytes are gone. Idempotent. */
    void forget(FileId id);
}
