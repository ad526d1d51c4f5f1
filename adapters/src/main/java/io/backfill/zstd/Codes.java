package io.backfill.zstd;

import java.util.Optional;
import java.util.zip.ZipException;

/** The codes for one kind of number in sequences, and the current decoding table. */
final class Codes {
    private static final int[] LITERALS_BITS = {
        0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 1, 1, 1, 2, 2, 3, 3, 4, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15,
        16
    };
    private static final int[] MATCH_BITS = {
        0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 1, 1, 1, 2,
        2, 3, 3, 4, 4, 5, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16
    };
    private static final int[] OFFSET_BITS = numbers(32);

    private static final FseTable LITERALS_DEFAULT = FseTable.of(
            6, 4, 3, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 1, 1, 1, 2, 2, 2, 2, 2, 2, 2, 2, 2, 3, 2, 1, 1, 1, 1, 1, -1, -1,
            -1, -1);
    private static final FseTable MATCH_DEFAULT = FseTable.of(
            6, 1, 4, 3, 2, 2, 2, 2, 2, 2, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1,
            1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, -1, -1, -1, -1, -1, -1, -1);
    private static final FseTable OFFSET_DEFAULT =
            FseTable.of(5, 1, 1, 1, 1, 1, 1, 2, 2, 2, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, -1, -1, -1, -1, -1);

    private final int mostAccuracy;
    private final FseTable byDefault;
    private final int[] bits;
    private final int[] bases;
    private Optional<FseTable> table = Optional.empty();

    private Codes(int mostAccuracy, FseTable byDefault, int[] bits, int first) {
        this.mostAccuracy = mostAccuracy;
        this.byDefault = byDefault;
        this.bits = bits;
        this.bases = new int[bits.length];
        int base = first;
        for (int code = 0; code < bits.length; code++) {
            bases[code] = base;
            base += 1 << bits[code];
        }
    }

    static Codes literals() {
        return new Codes(9, LITERALS_DEFAULT, LITERALS_BITS, 0);
    }

    static Codes matches() {
        return new Codes(9, MATCH_DEFAULT, MATCH_BITS, 3);
    }

    /** Code n stands for 2^n plus the value of its n extra bits. */
    static Codes offsets() {
        return new Codes(8, OFFSET_DEFAULT, OFFSET_BITS, 1);
    }

    private static int[] numbers(int count) {
        int[] numbers = new int[count];
        for (int i = 0; i < count; i++) {
            numbers[i] = i;
        }
        return numbers;
    }

    /**
     * Sets the table for the next sequences.
     *
     * @param mode 0 for the default table, 1 for a single code, 2 for a table in the block, 3 for the previous table
     */
    void read(int mode, Bytes in) throws ZipException {
        table = switch (mode) {
            case 0 -> Optional.of(byDefault);
            case 1 -> Optional.of(FseTable.of(in.one()));
            case 2 -> Optional.of(FseTable.read(in, mostAccuracy, 256));
            default -> table;
        };
    }

    FseTable table() {
        return table.orElseThrow(() -> new IllegalStateException("no decoding table"));
    }

    int value(int code, BackwardBits in) {
        return bases[code] + in.read(bits[code]);
    }
}
