package io.backfill.files;

import java.io.Closeable;
import java.io.IOException;
import java.io.InputStream;

/** An open blob. Thread-safe. A read that is in progress when the blob is deleted either completes or throws. */
public interface BlobReader extends Closeable {
    long size();

    /** Reads exactly {@code length} bytes from {@code position}; Throws {@link java.io.EOFException} if the blob is shorter. */
    void readFully(long position, byte[] into, int offset, int length) throws IOException;

    /** Returns a stream over {@code length} bytes from {@code position}. Closing it leaves this reader open. */
    InputStream stream(long position, long length) throws IOException;
}
