package io.backfill.files;

import io.backfill.ids.FileId;
import io.backfill.ids.UploadId;
import io.backfill.tenants.TenantId;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/** SPI: the records of resumable uploads and their parts. Transactions, blocking and failures as for {@link FileCatalog}. */
public interface UploadCatalog {
    void insert(Upload upload);

    Optional<Upload> find(TenantId tenant, UploadId id);

    /** Adds a part, if the upload is pending. False, and nothing added, when it is not. */
    boolean addPart(UploadPart part);

    List<UploadPart> parts(UploadId upload);

    /**
     * From pending to completed, with the file it became; reserve the file id by {@link #reserveFile} first. False when it was
     * not pending: somebody else completed or cancelled it.
     */
    boolean complete(UploadId upload, FileId file);

    /** Fixes the id of the file that a pending upload will become; a second call, after a crash too, gives the first one's id. */
    FileId reserveFile(UploadId upload, FileId proposed);

    /** From pending to cancelled. False when it was not pending. */
    boolean cancel(UploadId upload);

    /** Uploads whose parts are no longer needed: ended, or pending past their life; and forgets the ones named done. */
    List<Upload> sweepable(Instant now, int limit);
}
