package io.backfill.results;

import io.backfill.answers.Answer;
import java.io.ByteArrayInputStream;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.SequenceInputStream;
import java.util.Collections;
import java.util.List;

/** The bytes of a result line including its LF, either in memory or built around a large answer in a spool. */
public sealed interface LineContent extends AutoCloseable {
    long length();

    /** Opens a stream from the line's first byte. Can be called again after the stream is closed. */
    InputStream open() throws IOException;

    /** Whether the line can no longer be read. */
    boolean isBroken();

    /** Removes the spool. Idempotent. Does not throw. */
    @Override
    void close();

    /** A line in memory. */
    record Whole(byte[] bytes) implements LineContent {
        public Whole {
            if (bytes.length == 0 || bytes[bytes.length - 1] != '\n') {
                throw new IllegalArgumentException("not a complete result line");
            }
        }

        @Override
        public long length() {
            return bytes.length;
        }

        @Override
        public InputStream open() {
            return new ByteArrayInputStream(bytes);
        }

        @Override
        public boolean isBroken() {
            return false;
        }

        @Override
        public void close() {}
    }

    /** @param body one JSON object; its line ends are replaced by spaces when it is read */
    record Around(byte[] before, Answer.Spooled body, byte[] behind) implements LineContent {
        @Override
        public long length() {
            return before.length + body.length() + behind.length;
        }

        @Override
        public InputStream open() throws IOException {
            return new SequenceInputStream(Collections.enumeration(List.of(
                    new ByteArrayInputStream(before),
                    new WithoutLineEnds(body.open()),
                    new ByteArrayInputStream(behind))));
        }

        @Override
        public boolean isBroken() {
            return body.spool().isBroken();
        }

        @Override
        public void close() {
            body.close();
        }
    }

    /** Replaces line ends by spaces. Valid JSON has line ends only between tokens. */
    final class WithoutLineEnds extends FilterInputStream {
        WithoutLineEnds(InputStream in) {
            super(in);
        }

        @Override
        public int read() throws IOException {
            int one = super.read();
            return one == '\n' || one == '\r' ? ' ' : one;
        }

        @Override
        public int read(byte[] into, int offset, int length) throws IOException {
            int read = super.read(into, offset, length);
            for (int i = offset; i < offset + read; i++) {
                if (into[i] == '\n' || into[i] == '\r') {
                    into[i] = ' ';
                }
            }
            return read;
        }
    }
}
