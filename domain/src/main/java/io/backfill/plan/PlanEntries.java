package io.backfill.plan;

import java.nio.ByteBuffer;
import java.util.Arrays;

/** The growing entries of one model while the input is read: {@value #ENTRY_BYTES} bytes each, no object per line. */
final class PlanEntries {
    /** Bytes of an entry, here and in the stored plan. */
    static final int ENTRY_BYTES = 40;

    private byte[] bytes = new byte[64 * ENTRY_BYTES];
    private int size;

    int size() {
        return size;
    }

    void add(int line, long offset, int idStart, int idLength, int bodyStart, int bodyLength, long key) {
        if ((size + 1) * (long) ENTRY_BYTES > bytes.length) {
            bytes = Arrays.copyOf(bytes, (int) Math.min(Integer.MAX_VALUE - 64L, bytes.length * 3L / 2 + ENTRY_BYTES));
        }
        ByteBuffer.wrap(bytes, size * ENTRY_BYTES, ENTRY_BYTES)
                .putLong(offset)
                .putInt(line)
                .putInt(idStart)
                .putInt(idLength)
                .putInt(bodyStart)
                .putInt(bodyLength)
                .putLong(key)
                .putInt(0);
        size++;
    }

    /** The stored form of entry {@code index}. */
    ByteBuffer encoded(int index) {
        return ByteBuffer.wrap(bytes, index * ENTRY_BYTES, ENTRY_BYTES);
    }

    static PlanEntry decode(int index, byte[] from, int at) {
        ByteBuffer entry = ByteBuffer.wrap(from, at, ENTRY_BYTES);
        long offset = entry.getLong();
        int line = entry.getInt();
        int idStart = entry.getInt();
        int idLength = entry.getInt();
        int bodyStart = entry.getInt();
        int bodyLength = entry.getInt();
        long key = entry.getLong();
        return new PlanEntry(index, line, offset, idStart, idLength, bodyStart, bodyLength, key);
    }
}
