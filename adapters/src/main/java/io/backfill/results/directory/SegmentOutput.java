package io.backfill.results.directory;

import java.io.Closeable;
import java.io.IOException;
import java.io.InputStream;

/** The end of a segment that this process writes. One thread writes at a time; another may force meanwhile. */
interface SegmentOutput extends Closeable {
    /** Appends one whole line. After a failure any part of it may be there. */
    void write(byte[] line) throws IOException;

    /**
     * The same with a line of {@code length} bytes that is not in memory. Closes nothing.
     *
     * @throws IOException also when {@code line} cannot be read
     */
    void write(InputStream line, long length) throws IOException;

    /** Returns when all that was written before, and the segment's name, are on disk. */
    void force() throws IOException;
}
