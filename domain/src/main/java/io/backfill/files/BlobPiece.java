package io.backfill.files;

/** The first {@code length} bytes of the blob {@code key}. */
public record BlobPiece(String key, long length) {
    public BlobPiece {
        if (length < 0) {
            throw new IllegalArgumentException("length must not be negative: " + length);
        }
    }
}
