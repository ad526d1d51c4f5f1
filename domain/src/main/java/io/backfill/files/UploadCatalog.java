package io.backfill.files;

import io.backfill.ids.FileId;
import io.backfill.ids.UploadId;
import io.backfill.tenants.TenantId;
import java.util.List;
import java.util.Optional;

/** SPI for the records of resumable uploads and their parts. Transactions, blocking and failures are as for {@link FileCatalog}. */
public interface UploadCatalog {
    /** Adds a new upload. */
    void insert(Upload upload);

    /** Returns the tenant's upload in any state, or empty if it is unknown or belongs to another tenant. */
    Optional<Upload> find(TenantId tenant, UploadId id);

    /**
     * Adds a part if the upload is pending, has fewer than {@code maxParts} parts and declared enough bytes. Otherwise adds
     * nothing. Concurrent calls never exceed a limit together.
     */
    PartVerdict addPart(UploadPart part, int maxParts);

    /** Returns the number and total size of the upload's parts without reading the parts. */
    PartTotals totals(UploadId upload);

    /** Returns all parts in the order of their creation. */
    List<UploadPart> parts(UploadId upload);

    /**
     * Changes a pending upload to completed and records the file that it became. Call {@link #reserveFile} first. Returns false if
     * the upload is not pending because it was already completed or cancelled.
     */
    boolean complete(UploadId upload, FileId file);

    /**
     * Fixes the id of the file that a pending upload will become. Later calls return the id of the first call, even after a crash.
     *
     * @throws io.backfill.errors.BackfillException {@code NOT_FOUND} if there is no such upload
     */
    FileId reserveFile(UploadId upload, FileId proposed);

    /** Changes a pending upload to cancelled. Returns false if it is not pending. */
    boolean cancel(UploadId upload);
}
