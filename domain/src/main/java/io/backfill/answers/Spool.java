package io.backfill.answers;

import java.io.IOException;
import java.io.InputStream;

/**
 * A large answer that was written to this node's disk as it arrived. Belongs to one call, is used by one thread at a time, and is
 * removed when it is closed or the process ends.
 */
public interface Spool extends AutoCloseable {
    long length();

    /**
     * Opens the bytes from {@code position} on. Closing the stream leaves the spool open, and the bytes can be read again.
     *
     * @throws IOException also if the spool is closed
     */
    InputStream read(long position) throws IOException;

    /** Returns whether a read has failed. Another read would fail as well. */
    boolean isBroken();

    /** Removes the file. Idempotent. Does not throw. */
    @Override
    void close();
}
