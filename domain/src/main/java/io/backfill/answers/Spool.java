package io.backfill.answers;

import java.io.IOException;
import java.io.InputStream;

/**
 * A large answer that was written to this node's disk while it arrived. It belongs to one call: used by one thread at a time, and
 * gone once it is closed, or once the process ends.
 */
public interface Spool extends AutoCloseable {
    long length();

    /**
     * The bytes from {@code position} on. Closing the stream leaves the spool open; opening it again begins again.
     *
     * @throws IOException also when the spool is closed
     */
    InputStream read(long position) throws IOException;

    /** Whether a read failed: another would fail, too. */
    boolean isBroken();

    /** Removes the file. Idempotent, does not throw. */
    @Override
    void close();
}
