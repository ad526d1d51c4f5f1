package io.backfill.files;

import java.io.Closeable;
import java.io.IOException;
import java.io.InputStream;

/** An open blob. Safe for many threads; a read already begun when the blob is deleted still ends well or throws. */
public interface BlobReader extends Closeable {
    long size();

    /** Reads exactly {@code length} bytes from {@code position}; {@link java.io.EOFException} when the blob is shorter. */
    void readFully(long position, byte[] into, int offset, int length) throws IOException;

    /** A stream over {@code length} bytes from {@code position}. Closing it leaves this reader open. */
    InputStream stream(long position, long length) throws IOException;
}
