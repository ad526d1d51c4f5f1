package io.backfill.testing;

import io.backfill.answers.Answer;
import io.backfill.answers.Spool;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/** A spool in memory. */
public final class MemorySpool implements Spool {
    private final byte[] bytes;
    private boolean closed;
    private boolean broken;

    public MemorySpool(byte[] bytes) {
        this.bytes = bytes.clone();
    }

    /** Returns a large answer with this text. */
    public static Answer.Spooled answer(String text) {
        return new Answer.Spooled(new MemorySpool(text.getBytes(StandardCharsets.UTF_8)), 0);
    }

    /** From now on reading fails. */
    public MemorySpool breaks() {
        broken = true;
        return this;
    }

    public boolean isClosed() {
        return closed;
    }

    @Override
    public boolean isBroken() {
        return broken;
    }

    @Override
    public long length() {
        return bytes.length;
    }

    @Override
    public InputStream read(long position) throws IOException {
        if (closed || broken) {
            throw new IOException(closed ? "closed" : "broken");
        }
        return new ByteArrayInputStream(Arrays.copyOfRange(bytes, (int) position, bytes.length));
    }

    @Override
    public void close() {
        closed = true;
    }
}
