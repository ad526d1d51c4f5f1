package io.backfill.plan;

import java.io.InputStream;

/** Port to the decompressors. */
@FunctionalInterface
public interface Decompression {
    /**
     * Returns the decompressed bytes of {@code compressed} up to its end; several members or frames in a row are one stream. Reads
     * of the result verify all checksums. They throw a {@link java.util.zip.ZipException} if the data is invalid and an
     * {@link java.io.EOFException} if it is truncated. Nothing is read before the first read.
     */
    InputStream open(Compression compression, InputStream compressed);
}
