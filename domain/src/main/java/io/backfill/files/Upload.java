package io.backfill.files;

import io.backfill.ids.FileId;
import io.backfill.ids.UploadId;
import io.backfill.tenants.TenantId;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;

/**
 * A file that is uploaded in parts. It is pending for {@link #LIFETIME} and expired afterwards, even if its row is still pending.
 *
 * @param bytes declared total size
 * @param fileExpiresAfter lifetime of the completed file; empty for the default of the purpose
 * @param file set when the upload is completed
 */
public record Upload(
        UploadId id,
        TenantId tenant,
        String filename,
        FilePurpose purpose,
        String mimeType,
        long bytes,
        Optional<Duration> fileExpiresAfter,
        Instant createdAt,
        State state,
        Optional<FileId> file) {
    public static final Duration LIFETIME = Duration.ofHours(1);
    /** How long an ended upload is kept, so that a repeated complete request returns the same response. */
    public static final Duration REMEMBERED = Duration.ofHours(24);

    /** State recorded in the row. */
    public enum State {
        PENDING,
        COMPLETED,
        CANCELLED
    }

    public Instant expiresAt() {
        return createdAt.plus(LIFETIME);
    }

    public boolean expired(Instant now) {
        return state == State.PENDING && !now.isBefore(expiresAt());
    }
}
