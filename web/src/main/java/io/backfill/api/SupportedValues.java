package io.backfill.api;

import io.backfill.errors.BackfillException;
import io.backfill.errors.ErrorCode;
import java.util.List;
import java.util.stream.Collectors;

/** Builds the error for a value outside of a fixed set, in OpenAI's words. */
public final class SupportedValues {
    private SupportedValues() {}

    public static BackfillException refusal(String param, String value, List<String> supported) {
        return new BackfillException(
                ErrorCode.INVALID_VALUE,
                "Invalid value: '" + value + "'. Supported values are: " + enumerated(supported) + ".",
                param);
    }

    /** {@code 'a', 'b' and 'c'}. */
    private static String enumerated(List<String> values) {
        List<String> quoted = values.stream().map(value -> "'" + value + "'").toList();
        int last = quoted.size() - 1;
        return last == 0
                ? quoted.getFirst()
                : quoted.subList(0, last).stream().collect(Collectors.joining(", ")) + " and " + quoted.get(last);
    }
}
