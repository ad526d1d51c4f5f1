package io.backfill.files;

import io.backfill.ids.FileId;
import io.backfill.ids.UploadId;
import io.backfill.tenants.TenantId;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;

/**
 * A file that arrives in parts. Pending for {@link #LIFETIME}; then it is expired, whatever its row says.
 *
 * @param bytes the declared total
 * @param fileExpiresAfter life of the finished file; empty: the purpose's default
 * @param file set when completed
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
    /** How long an ended upload is kept, so that a repeated complete gets its answer again. */
    public static final Duration REMEMBERED = Duration.ofHours(24);

    /** What the row says. */
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
