package io.backfill.api;

import io.backfill.errors.BackfillException;
import io.backfill.errors.ErrorCode;
import java.math.BigInteger;

/** Checks that an integer is in range, with OpenAI's error messages. */
public final class IntegerRange {
    private IntegerRange() {}

    public static long check(String param, BigInteger value, long min, long max) {
        if (value.compareTo(BigInteger.valueOf(min)) < 0) {
            throw refused(ErrorCode.INTEGER_BELOW_MIN_VALUE, param, "below minimum", ">= " + min, value);
        }
        if (value.compareTo(BigInteger.valueOf(max)) > 0) {
            throw refused(ErrorCode.INTEGER_ABOVE_MAX_VALUE, param, "above maximum", "<= " + max, value);
        }
        return value.longValueExact();
    }

    private static BackfillException refused(
            ErrorCode code, String param, String side, String expected, BigInteger value) {
        return new BackfillException(
                code,
                "Invalid '" + param + "': integer " + side + " value. Expected a value " + expected + ", but got "
                        + value + " instead.",
                param);
    }
}
