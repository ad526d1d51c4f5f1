package io.backfill.files;

import io.backfill.ids.FileId;
import io.backfill.ids.UploadId;
import io.backfill.tenants.TenantId;
import java.util.List;
import java.util.Optional;

/** SPI: the records of resumable uploads and their parts. Transactions, blocking and failures as for {@link FileCatalog}. */
public interface UploadCatalog {
    /** Adds a new upload. */
    void insert(Upload upload);

    /** The tenant's upload, whatever its state; another tenant's is absent. */
    Optional<Upload> find(TenantId tenant, UploadId id);

    /**
     * Adds a part, if the upload is pending, has fewer than {@code maxParts}, and declared that many bytes. Nothing is added
     * otherwise; parts that come at once never exceed a limit together.
     */
    PartVerdict addPart(UploadPart part, int maxParts);

    /** How many parts the upload has, and their bytes, without reading them. */
    PartTotals totals(UploadId upload);

    /** All parts, in the order in which they were made. */
    List<UploadPart> parts(UploadId upload);

    /**
     * From pending to completed, with the file it became; reserve the file id by {@link #reserveFile} first. False when it was
     * not pending: somebody else completed or cancelled it.
     */
    boolean complete(UploadId upload, FileId file);

    /**
     * Fixes the id of the file that a pending upload will become; a second call, after a crash too, gives the first one's id.
     *
     * @throws io.backfill.errors.BackfillException {@code NOT_FOUND} when there is no such upload
     */
    FileId reserveFile(UploadId upload, FileId proposed);

    /** From pending to cancelled. False when it was not pending. */
    boolean cancel(UploadId upload);
}
