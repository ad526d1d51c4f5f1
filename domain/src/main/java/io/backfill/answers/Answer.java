package io.backfill.answers;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.Arrays;

/**
 * The bytes of one answer, as received. The holder must hand it on or close it, because a large answer occupies disk space until
 * then.
 */
public sealed interface Answer extends AutoCloseable {
    /** Returns an answer in memory. */
    static Answer of(byte[] bytes) {
        return new InMemory(bytes);
    }

    long length();

    /** Returns at most the first {@code most} bytes, in an array of their own. */
    byte[] head(int most) throws IOException;

    /** Opens the answer at its first byte. */
    InputStream open() throws IOException;

    /** Returns all bytes in memory, whatever their number. */
    byte[] bytes() throws IOException;

    /** Releases the bytes. Idempotent. Does not throw. */
    @Override
    void close();

    /**
     * An answer in memory.
     *
     * @param bytes the holder may change them
     */
    record InMemory(byte[] bytes) implements Answer {
        @Override
        public long length() {
            return bytes.length;
        }

        @Override
        public InputStream open() {
            return new ByteArrayInputStream(bytes);
        }

        @Override
        public byte[] head(int most) {
            return Arrays.copyOf(bytes, Math.min(most, bytes.length));
        }

        @Override
        public void close() {}
    }

    /**
     * An answer in a file.
     *
     * @param start number of bytes at the beginning of the spool that are not part of the answer
     */
    record Spooled(Spool spool, int start) implements Answer {
        @Override
        public long length() {
            return spool.length() - start;
        }

        @Override
        public byte[] head(int most) throws IOException {
            try (InputStream in = open()) {
                return in.readNBytes(most);
            }
        }

        @Override
        public byte[] bytes() throws IOException {
            try (InputStream in = open()) {
                return in.readAllBytes();
            }
        }

        @Override
        public InputStream open() throws IOException {
            return spool.read(start);
        }

        @Override
        public void close() {
            spool.close();
        }
    }
}
