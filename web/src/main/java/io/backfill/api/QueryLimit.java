package io.backfill.api;

import io.backfill.errors.BackfillException;
import io.backfill.errors.ErrorCode;
import java.math.BigInteger;
import java.util.regex.Pattern;

/** The query parameter {@code limit}. */
public final class QueryLimit {
    private static final Pattern INTEGER = Pattern.compile("[+-]?[0-9]{1,100}");

    private QueryLimit() {}

    /** @param text as sent; empty if the parameter was not sent */
    public static int parse(String text, int byDefault, int max) {
        if (text.isEmpty()) {
            return byDefault;
        }
        if (!INTEGER.matcher(text).matches()) {
            throw new BackfillException(
                    ErrorCode.INVALID_TYPE,
                    "Invalid type for 'limit': expected an integer, but got '" + text + "' instead.",
                    "limit");
        }
        return (int) IntegerRange.check("limit", new BigInteger(text), 1, max);
    }
}
