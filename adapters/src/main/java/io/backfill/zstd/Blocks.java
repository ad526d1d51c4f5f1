package io.backfill.zstd;

import java.util.zip.ZipException;

/** Decompresses the blocks of one frame. */
final class Blocks {
    private final Window window;
    private final Literals literals = new Literals();
    private final Codes literalLengths = Codes.literals();
    private final Codes matchLengths = Codes.matches();
    private final Codes offsets = Codes.offsets();
    private int last = 1;
    private int secondLast = 4;
    private int thirdLast = 8;

    Blocks(Window window) {
        this.window = window;
    }

    void compressed(Bytes in) throws ZipException {
        literals.read(in);
        int taken = 0;
        int sequences = count(in);
        if (sequences > 0) {
            taken = sequences(in, sequences);
        }
        window.add(literals.bytes(), taken, literals.length() - taken);
    }

    private static int count(Bytes in) throws ZipException {
        int first = in.one();
        if (first < 128) {
            return first;
        }
        return first < 255 ? (first - 128 << 8) + in.one() : (int) in.number(2) + 0x7F00;
    }

    /** Decodes the sequences, and returns the number of literals that they used. */
    private int sequences(Bytes in, int count) throws ZipException {
        int modes = in.one();
        literalLengths.read(modes >> 6 & 3, in);
        offsets.read(modes >> 4 & 3, in);
        matchLengths.read(modes >> 2 & 3, in);
        BackwardBits stream = in.backwards();
        int literalState = literalLengths.table().begin(stream);
        int offsetState = offsets.table().begin(stream);
        int matchState = matchLengths.table().begin(stream);
        int taken = 0;
        for (int i = 0; i < count; i++) {
            if (i > 0) {
                literalState = literalLengths.table().next(literalState, stream);
                matchState = matchLengths.table().next(matchState, stream);
                offsetState = offsets.table().next(offsetState, stream);
            }
            int offsetValue = offsets.value(offsets.table().symbol(offsetState), stream);
            int match = matchLengths.value(matchLengths.table().symbol(matchState), stream);
            int literal = literalLengths.value(literalLengths.table().symbol(literalState), stream);
            if (literal > literals.length() - taken) {
                throw new ZipException("a block uses more literals than it contains");
            }
            window.add(literals.bytes(), taken, literal);
            taken += literal;
            window.repeat(offset(offsetValue, literal), match);
        }
        if (stream.left() != 0) {
            throw new ZipException("the bit stream of the sequences has a wrong length");
        }
        return taken;
    }

    /** Returns the offset for a value: one of the last three offsets, or a new one. */
    private int offset(int value, int literal) {
        if (value > 3) {
            return remember(value - 3);
        }
        return switch (literal == 0 ? value + 1 : value) {
            case 1 -> last;
            case 2 -> {
                int offset = secondLast;
                secondLast = last;
                last = offset;
                yield offset;
            }
            case 3 -> remember(thirdLast);
            default -> remember(last - 1);
        };
    }

    private int remember(int offset) {
        thirdLast = secondLast;
        secondLast = last;
        last = offset;
        return offset;
    }
}
