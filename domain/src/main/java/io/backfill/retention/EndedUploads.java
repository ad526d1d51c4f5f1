package io.backfill.retention;

import io.backfill.files.Upload;
import io.backfill.ids.UploadId;
import java.time.Instant;
import java.util.function.Predicate;

/**
 * SPI for the records of uploads that have ended or will not be completed. Transactions, blocking and failures are as for
 * {@link io.backfill.files.UploadCatalog}.
 */
public interface EndedUploads {
    /**
     * Finds, oldest first, uploads whose parts are no longer needed, lets the caller remove the bytes, and forgets the parts of
     * the uploads whose bytes were removed. Parts are no longer needed when the upload has ended or has been pending for two
     * {@link Upload#LIFETIME lifetimes}: a completion that started at the last moment may still be reading them. The callback runs
     * outside of transactions and must be idempotent, because after a crash the remaining uploads are found again. Ended uploads
     * themselves are forgotten after {@link Upload#REMEMBERED}.
     *
     * @param limit maximum number of uploads to process
     * @param bytesRemoved removes the bytes of an upload's parts; returns false if it could not
     * @return number of uploads whose parts were removed
     */
    int sweep(Instant now, int limit, Predicate<Upload> bytesRemoved);

    /**
     * Forgets the parts of one ended upload after their bytes are removed; from then on it reserves nothing. Idempotent. Does
     * nothing while the upload is pending.
     */
    void forgetParts(UploadId upload);

    /** Returns the total number of uploads that {@link #sweep} would find. */
    long sweepableCount(Instant now);
}
