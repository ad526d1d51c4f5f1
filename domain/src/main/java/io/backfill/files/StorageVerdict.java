package io.backfill.files;

/** Whether a tenant may store another file or open another upload. */
public enum StorageVerdict {
    ADMITTED,
    OVER_QUOTA,
    TOO_MANY_FILES,
    TOO_MANY_UPLOADS
}
