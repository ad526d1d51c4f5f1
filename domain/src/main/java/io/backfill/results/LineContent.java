package io.backfill.results;

import io.backfill.answers.Answer;
import java.io.ByteArrayInputStream;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.SequenceInputStream;
import java.util.Collections;
import java.util.List;

/** The bytes of a result line, LF included: in memory, or around a large answer that is in a spool. */
public sealed interface LineContent extends AutoCloseable {
    long length();

    /** The line from its first byte. May be opened again once the stream is closed. */
    InputStream open() throws IOException;

    /** Whether the line cannot be read any more. */
    boolean isBroken();

    /** Removes the spool. Idempotent, does not throw. */
    @Override
    void close();

    /** A line in memory. */
    record Whole(byte[] bytes) implements LineContent {
        public Whole {
            if (bytes.length == 0 || bytes[bytes.length - 1] != '\n') {
                throw new IllegalArgumentException("not a whole result line");
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

    /** @param body one JSON object; its line ends become spaces on the way */
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

    /** Legal JSON has line ends between tokens only. */
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
