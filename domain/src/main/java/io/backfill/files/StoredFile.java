package io.backfill.files;

import io.backfill.ids.FileId;
import io.backfill.tenants.TenantId;
import java.time.Instant;
import java.util.Optional;

/**
 * The record of a file whose bytes are in the {@link FileStore} under {@link #key()}.
 *
 * @param filename last path element of the name given by the client; never used as a path
 * @param bytes exact size of the content
 * @param expiresAt empty if the file is kept until it is deleted
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

    /** Returns the store key of the bytes of file {@code id}. */
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
