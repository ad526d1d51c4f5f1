package io.backfill.requests;

import java.io.IOException;
import java.io.InputStream;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.Optional;

/**
 * Splits a stream into its non-blank lines. A line ends with LF or CRLF, or at the end of the stream. A byte order mark at the
 * start is skipped. One line is held in memory, never much more than {@code maxLineBytes}; a longer line is skipped and reported
 * as too long, even if it is blank.
 */
public final class LineReader {
    private static final int INITIAL = 256 * 1024;
    private static final VarHandle LONGS = MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);
    private static final long ONES = 0x0101010101010101L;
    private static final long HIGH_BITS = ONES << 7;
    private static final long NEWLINES = ONES * '\n';

    private final InputStream in;
    private final int maxLineBytes;
    private byte[] buffer = new byte[INITIAL];
    private int position;
    private int filled;
    private long bufferOffset;
    private int number;
    private boolean ended;
    /**
     * All bytes of the current line combined with OR, eight at a time. Computed here because the bytes are now in the processor's
     * cache, which they may not be later.
     */
    private long highBits;

    public LineReader(InputStream in, int maxLineBytes) {
        this.in = in;
        this.maxLineBytes = maxLineBytes;
    }

    /** Returns the next line that is not blank, or empty at the end. */
    public Optional<Line> next() throws IOException {
        while (true) {
            long offset = bufferOffset + position;
            int newline = findNewline();
            if (newline == TOO_LONG) {
                number++;
                return Optional.of(tooLong(offset));
            }
            if (newline == NONE && position == filled) {
                return Optional.empty();
            }
            int start = position;
            int end = newline == NONE ? filled : newline;
            position = newline == NONE ? filled : newline + 1;
            number++;
            if (number == 1 && startsWithByteOrderMark(start, end)) {
                start += 3;
            }
            if (end > start && buffer[end - 1] == '\r') {
                end--;
            }
            // checked before trailing blanks are cut off: the result must not depend on how the bytes arrived
            if (end - start > maxLineBytes) {
                return Optional.of(tooLong(offset));
            }
            while (end > start && isBlank(buffer[end - 1])) {
                end--;
            }
            if (end > start) {
                return Optional.of(new Line(
                        number, bufferOffset + start, buffer, start, end - start, false, (highBits & HIGH_BITS) == 0));
            }
        }
    }

    private static final int NONE = -1;
    private static final int TOO_LONG = -2;

    /**
     * Returns the index of the next LF, with the whole line in the buffer. Returns NONE at the end of the stream, and TOO_LONG
     * after skipping a line that is too long.
     */
    private int findNewline() throws IOException {
        int searched = position;
        highBits = 0;
        while (true) {
            int found = newlineFrom(searched);
            if (found < filled) {
                return found;
            }
            searched = filled;
            if (ended) {
                return NONE;
            }
            // one byte for a CR, three for a byte order mark
            if (filled - position > maxLineBytes + 4) {
                skipLine();
                return TOO_LONG;
            }
            int kept = makeRoom();
            searched -= kept;
            int read = in.read(buffer, filled, buffer.length - filled);
            if (read < 0) {
                ended = true;
            } else {
                filled += read;
            }
        }
    }

    /**
     * Returns the index of the first LF from {@code i}, or the number of bytes in the buffer. Checks 32 bytes at a time, because
     * most bytes are not an LF.
     */
    private int newlineFrom(int i) {
        byte[] bytes = buffer;
        int end = filled;
        int at = i;
        long high = highBits;
        for (int limit = end - 31; at < limit; at += 32) {
            long one = (long) LONGS.get(bytes, at);
            long two = (long) LONGS.get(bytes, at + 8);
            long three = (long) LONGS.get(bytes, at + 16);
            long four = (long) LONGS.get(bytes, at + 24);
            if (((marks(one) | marks(two) | marks(three) | marks(four)) & HIGH_BITS) != 0) {
                break;
            }
            high |= one | two | three | four;
        }
        while (at < end && bytes[at] != '\n') {
            high |= bytes[at++];
        }
        highBits = high;
        return at;
    }

    /** Returns a value in which the high bit of some byte is set if one of the bytes is an LF. */
    private static long marks(long bytes) {
        long zeroWhereNewline = bytes ^ NEWLINES;
        return (zeroWhereNewline - ONES) & ~zeroWhereNewline;
    }

    /** Moves the unread bytes to the front, and grows the buffer if they fill it. Returns the distance of the move. */
    private int makeRoom() {
        int moved = position;
        if (moved > 0) {
            System.arraycopy(buffer, position, buffer, 0, filled - position);
            bufferOffset += moved;
            filled -= moved;
            position = 0;
        }
        if (filled == buffer.length) {
            buffer = Arrays.copyOf(buffer, (int) Math.min(2L * buffer.length, (long) maxLineBytes + INITIAL));
        }
        return moved;
    }

    private void skipLine() throws IOException {
        while (true) {
            bufferOffset += filled;
            position = 0;
            filled = Math.max(0, in.read(buffer, 0, buffer.length));
            if (filled == 0) {
                ended = true;
                return;
            }
            int newline = newlineFrom(0);
            if (newline < filled) {
                position = newline + 1;
                return;
            }
        }
    }

    private boolean startsWithByteOrderMark(int start, int end) {
        return end - start >= 3
                && buffer[start] == (byte) 0xEF
                && buffer[start + 1] == (byte) 0xBB
                && buffer[start + 2] == (byte) 0xBF;
    }

    private Line tooLong(long offset) {
        return new Line(number, offset, new byte[0], 0, 0, true, false);
    }

    private static boolean isBlank(byte b) {
        return b == ' ' || b == '\t' || b == '\r';
    }
}
