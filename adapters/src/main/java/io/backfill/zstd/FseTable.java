package io.backfill.zstd;

import java.util.Arrays;
import java.util.zip.ZipException;

/** A decoding table of finite state entropy (RFC 8878, 4.1). */
final class FseTable {
    private final int accuracy;
    private final byte[] symbols;
    private final byte[] bits;
    private final int[] bases;

    private FseTable(int accuracy) {
        this.accuracy = accuracy;
        this.symbols = new byte[1 << accuracy];
        this.bits = new byte[1 << accuracy];
        this.bases = new int[1 << accuracy];
    }

    /** Returns a table that always yields {@code symbol}. */
    static FseTable of(int symbol) {
        FseTable table = new FseTable(0);
        table.symbols[0] = (byte) symbol;
        return table;
    }

    /** @param shares the probability of each symbol, in units of the table; -1 for a probability below one unit */
    static FseTable of(int accuracy, int... shares) {
        FseTable table = new FseTable(accuracy);
        int size = 1 << accuracy;
        int[] next = new int[shares.length];
        int high = size;
        for (int symbol = 0; symbol < shares.length; symbol++) {
            if (shares[symbol] == -1) {
                table.symbols[--high] = (byte) symbol;
                next[symbol] = 1;
            }
        }
        int step = (size >> 1) + (size >> 3) + 3;
        int position = 0;
        for (int symbol = 0; symbol < shares.length; symbol++) {
            for (int i = 0; i < shares[symbol]; i++) {
                table.symbols[position] = (byte) symbol;
                do {
                    position = position + step & size - 1;
                } while (position >= high);
            }
            next[symbol] = Math.max(next[symbol], shares[symbol]);
        }
        for (int state = 0; state < size; state++) {
            int share = next[table.symbols[state] & 0xFF]++;
            table.bits[state] = (byte) (accuracy - (31 - Integer.numberOfLeadingZeros(share)));
            table.bases[state] = (share << table.bits[state]) - size;
        }
        return table;
    }

    /** Reads a table description. */
    static FseTable read(Bytes in, int mostAccuracy, int mostSymbols) throws ZipException {
        ForwardBits description = new ForwardBits(in);
        int accuracy = description.read(4) + 5;
        if (accuracy > mostAccuracy) {
            throw new ZipException("a decoding table is too large");
        }
        int[] shares = new int[mostSymbols];
        int left = 1 << accuracy;
        int symbol = 0;
        while (left > 0) {
            int count = 32 - Integer.numberOfLeadingZeros(left + 1);
            int value = description.peek(count);
            int lower = (1 << count - 1) - 1;
            int threshold = (1 << count) - 1 - (left + 1);
            if ((value & lower) < threshold) {
                description.skip(count - 1);
                value &= lower;
            } else {
                description.skip(count);
                value -= value > lower ? threshold : 0;
            }
            int share = value - 1;
            left -= Math.abs(share);
            shares[symbol++] = share;
            for (int zeros = share == 0 ? 3 : 0; zeros == 3; ) {
                zeros = description.read(2);
                symbol += zeros;
            }
        }
        if (left < 0 || symbol > mostSymbols) {
            throw new ZipException("a decoding table is inconsistent");
        }
        description.end();
        return of(accuracy, Arrays.copyOf(shares, symbol));
    }

    int begin(BackwardBits in) {
        return in.read(accuracy);
    }

    int symbol(int state) {
        return symbols[state] & 0xFF;
    }

    int next(int state, BackwardBits in) {
        return bases[state] + in.read(bits[state]);
    }
}
