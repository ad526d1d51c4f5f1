package io.backfill.files;

import io.backfill.ids.FileId;
import io.backfill.tenants.TenantId;
import java.time.Instant;
import java.util.Optional;

/**
 * The record of a file whose bytes are in the {@link FileStore} under {@link #key()}.
 *
 * @param filename as the client named it, its last path element; never used as a path
 * @param bytes exact size of the content
 * @param expiresAt empty: kept until deleted
 */
public record StoredFile(
        FileId id,
        TenantId tenant,
        String filename,
        FilePurpose purpose,
        long bytes,
        Instant createdAt,
        Optional<Instant> expiresAt) {
    public StoredFile {
        if (bytes < 0) {
            throw new IllegalArgumentException("bytes must not be negative: " + bytes);
        }
    }

    /** Where the bytes of file {@code id} lie in the store. */
    public static String key(FileId id) {
        return "files/" + id.value();
    }

    public String key() {
        return key(id);
    }

    public boolean expired(Instant now) {
        return expiresAt.isPresent() && !now.isBefore(expiresAt.get());
    }
}
