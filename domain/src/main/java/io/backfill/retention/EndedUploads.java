package io.backfill.retention;

import io.backfill.files.Upload;
import io.backfill.ids.UploadId;
import java.time.Instant;
import java.util.function.Predicate;

/** SPI: the records of uploads that ended, or that nobody will finish. Transactions, blocking and failures as for {@link io.backfill.files.UploadCatalog}. */
public interface EndedUploads {
    /**
     * Finds, oldest first, uploads whose parts are of no more use (ended, or pending for two {@link Upload#LIFETIME lives}: a
     * completion that began in the last moment may still be reading), lets the caller remove the bytes, and forgets the parts of
     * those it removed. Calls back outside any transaction; a crash in the middle means that the rest is found again, so the
     * callback must be idempotent. Ended uploads themselves are forgotten after {@link Upload#REMEMBERED}.
     *
     * @param limit how many to look at
     * @param bytesRemoved removes the bytes of an upload's parts; false when it could not
     * @return how many were removed
     */
    int sweep(Instant now, int limit, Predicate<Upload> bytesRemoved);

    /**
     * Forgets the parts of one upload that has ended, after their bytes are gone; it reserves nothing from then on. Idempotent;
     * changes nothing while the upload is pending.
     */
    void forgetParts(UploadId upload);

    /** How many uploads {@link #sweep} would find in all. */
    long sweepableCount(Instant now);
}
