package io.backfill.zstd;

import java.util.zip.ZipException;

/** Reads bits forwards, starting with the lowest bit of the first byte. Bits beyond the end are zero; {@link #end} rejects them. */
final class ForwardBits {
    private final Bytes in;
    private int position;

    ForwardBits(Bytes in) {
        this.in = in;
    }

    int peek(int count) {
        int value = 0;
        for (int i = 0; i < count; i++) {
            int bit = position + i;
            int at = in.at() + (bit >> 3);
            value |= at < in.end() ? (in.array()[at] >> (bit & 7) & 1) << i : 0;
        }
        return value;
    }

    void skip(int count) {
        position += count;
    }

    int read(int count) {
        int value = peek(count);
        position += count;
        return value;
    }

    /** Consumes all bytes of which a bit was read. */
    void end() throws ZipException {
        in.part(position + 7 >> 3);
    }
}
