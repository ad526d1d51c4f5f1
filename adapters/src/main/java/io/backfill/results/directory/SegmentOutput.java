package io.backfill.results.directory;

import java.io.Closeable;
import java.io.IOException;
import java.io.InputStream;

/** The output end of a segment that this process writes. One thread at a time writes; another may force at the same time. */
interface SegmentOutput extends Closeable {
    /** Appends one whole line. After a failure any part of it may have been written. */
    void write(byte[] line) throws IOException;

    /**
     * Appends one whole line of {@code length} bytes from a stream, which is not closed.
     *
     * @throws IOException also if {@code line} cannot be read
     */
    void write(InputStream line, long length) throws IOException;

    /** Returns when all bytes written before, and the name of the segment, are on disk. */
    void force() throws IOException;
}
