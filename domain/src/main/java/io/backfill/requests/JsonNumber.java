package io.backfill.requests;

import org.jspecify.annotations.Nullable;

/** Recognizes the grammar of one JSON number, byte by byte. */
final class JsonNumber {
    private enum Part {
        MINUS,
        ZERO,
        WHOLE,
        POINT,
        FRACTION,
        E,
        SIGN,
        EXPONENT
    }

    private Part part = Part.ZERO;

    /** @param first a minus or a digit */
    void begin(byte first) {
        part = first == '-' ? Part.MINUS : first == '0' ? Part.ZERO : Part.WHOLE;
    }

    /** Accepts one more byte. Returns false if the byte does not belong to the number. */
    boolean takes(byte c) {
        boolean digit = c >= '0' && c <= '9';
        Part next = switch (part) {
            case MINUS -> digit ? (c == '0' ? Part.ZERO : Part.WHOLE) : null;
            case ZERO -> fractionOrExponent(c);
            case WHOLE -> digit ? Part.WHOLE : fractionOrExponent(c);
            case POINT -> digit ? Part.FRACTION : null;
            case FRACTION -> digit ? Part.FRACTION : c == 'e' || c == 'E' ? Part.E : null;
            case E -> digit ? Part.EXPONENT : c == '+' || c == '-' ? Part.SIGN : null;
            case SIGN, EXPONENT -> digit ? Part.EXPONENT : null;
        };
        if (next == null) {
            return false;
        }
        part = next;
        return true;
    }

    private static @Nullable Part fractionOrExponent(byte c) {
        return c == '.' ? Part.POINT : c == 'e' || c == 'E' ? Part.E : null;
    }

    /** Whether the number is complete and may end here. */
    boolean isWhole() {
        return part == Part.ZERO || part == Part.WHOLE || part == Part.FRACTION || part == Part.EXPONENT;
    }
}
