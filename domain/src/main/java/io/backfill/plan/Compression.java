package io.backfill.plan;

import java.util.Optional;

/** A compression of input files that is decompressed while planning. It is recognized by the first bytes, not by file names. */
public enum Compression {
    GZIP("gzip"),
    ZSTD("Zstandard");

    /** Bytes of a file that {@link #of} needs. */
    public static final int MAGIC_BYTES = 4;

    private final String label;

    Compression(String label) {
        this.label = label;
    }

    /** Returns the name for users. */
    public String label() {
        return label;
    }

    /** Returns the compression of a file that begins with these bytes, or empty if it is not one of these. */
    public static Optional<Compression> of(byte[] first) {
        if (first.length < MAGIC_BYTES) {
            return Optional.empty();
        }
        int magic = first[0] & 0xFF | (first[1] & 0xFF) << 8 | (first[2] & 0xFF) << 16 | (first[3] & 0xFF) << 24;
        if ((magic & 0xFFFF) == 0x8B1F) {
            return Optional.of(GZIP);
        }
        // parallel compressors begin with a skippable frame
        return magic == 0xFD2FB528 || (magic & ~0xF) == 0x184D2A50 ? Optional.of(ZSTD) : Optional.empty();
    }
}
