package io.backfill.zstd;

import java.util.Arrays;
import java.util.zip.ZipException;

/** A decoding table of a Huffman tree (RFC 8878, 4.2). */
final class HuffmanTable {
    private static final int MOST_BITS = 11;
    private static final int MOST_WEIGHTS = 255;

    private final int maxBits;
    private final byte[] symbols;
    private final byte[] bits;

    private HuffmanTable(int maxBits) {
        this.maxBits = maxBits;
        this.symbols = new byte[1 << maxBits];
        this.bits = new byte[1 << maxBits];
    }

    static HuffmanTable read(Bytes in) throws ZipException {
        int head = in.one();
        return of(head < 128 ? compressed(in.part(head)) : direct(in, head - 127));
    }

    private static int[] direct(Bytes in, int count) throws ZipException {
        int[] weights = new int[count];
        int pair = 0;
        for (int i = 0; i < count; i++) {
            pair = (i & 1) == 0 ? in.one() : pair << 4;
            weights[i] = pair >> 4 & 15;
        }
        return weights;
    }

    /** Reads compressed weights. Two states alternate, until a state needs more bits than the stream has left. */
    private static int[] compressed(Bytes in) throws ZipException {
        FseTable table = FseTable.read(in, 6, 256);
        BackwardBits stream = in.backwards();
        int[] weights = new int[MOST_WEIGHTS + 1];
        int count = 0;
        int now = table.begin(stream);
        int other = table.begin(stream);
        while (true) {
            if (count >= MOST_WEIGHTS - 1) {
                throw new ZipException("a Huffman tree has too many symbols");
            }
            weights[count++] = table.symbol(now);
            int next = table.next(now, stream);
            if (stream.left() < 0) {
                weights[count++] = table.symbol(other);
                return Arrays.copyOf(weights, count);
            }
            now = other;
            other = next;
        }
    }

    private static HuffmanTable of(int[] weights) throws ZipException {
        int sum = 0;
        for (int weight : weights) {
            sum += weight == 0 ? 0 : 1 << weight - 1;
        }
        int maxBits = 32 - Integer.numberOfLeadingZeros(sum);
        int left = (1 << maxBits) - sum;
        if (sum == 0 || maxBits > MOST_BITS || Integer.bitCount(left) != 1) {
            throw new ZipException("a Huffman tree is inconsistent");
        }
        int[] all = Arrays.copyOf(weights, weights.length + 1);
        all[weights.length] = 32 - Integer.numberOfLeadingZeros(left);
        HuffmanTable table = new HuffmanTable(maxBits);
        int at = 0;
        for (int weight = 1; weight <= maxBits; weight++) {
            for (int symbol = 0; symbol < all.length; symbol++) {
                if (all[symbol] == weight) {
                    int end = at + (1 << weight - 1);
                    Arrays.fill(table.symbols, at, end, (byte) symbol);
                    Arrays.fill(table.bits, at, end, (byte) (maxBits + 1 - weight));
                    at = end;
                }
            }
        }
        return table;
    }

    void decode(Bytes in, byte[] into, int start, int end) throws ZipException {
        BackwardBits stream = in.backwards();
        for (int at = start; at < end; at++) {
            int code = stream.peek(maxBits);
            into[at] = symbols[code];
            stream.skip(bits[code]);
        }
        if (stream.left() != 0) {
            throw new ZipException("the bit stream of the literals has a wrong length");
        }
    }
}
