package io.backfill.files;

/** Whether a tenant may keep more. */
public enum StorageVerdict {
    ADMITTED,
    OVER_QUOTA,
    TOO_MANY_FILES,
    TOO_MANY_UPLOADS
}
