package io.backfill.results.directory;

import java.io.Closeable;
import java.io.IOException;

/** The end of a segment that this process writes. One thread writes at a time; another may force meanwhile. */
interface SegmentOutput extends Closeable {
    /** Appends one whole line. After a failure any part of it may be there. */
    void write(byte[] line) throws IOException;

    /** Returns when all that was written before, and the segment's name, are on disk. */
    void force() throws IOException;
}
