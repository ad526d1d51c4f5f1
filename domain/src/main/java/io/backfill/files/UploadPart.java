package io.backfill.files;

import io.backfill.ids.PartId;
import io.backfill.ids.UploadId;
import java.time.Instant;

/** One part of an upload. Its bytes are in the store under {@link #key()} until the upload ends. */
public record UploadPart(PartId id, UploadId upload, long bytes, Instant createdAt) {
    public static String folder(UploadId upload) {
        return "uploads/" + upload.value();
    }

    public static String key(UploadId upload, PartId part) {
        return folder(upload) + "/" + part.value();
    }

    public String key() {
        return key(upload, id);
    }
}
