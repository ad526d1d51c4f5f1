package io.backfill.batches;

import java.util.Optional;
import java.util.OptionalInt;

/**
 * Why the input of a batch was rejected.
 *
 * @param line physical line, counted from 1; empty if the error concerns the whole file
 */
public record LineError(String code, String message, Optional<String> param, OptionalInt line) {
    /** Maximum number of errors that a batch lists. */
    public static final int MAX_LISTED = 100;

    public static LineError ofLine(int line, String code, String message, String param) {
        return new LineError(
                code, message, param.isEmpty() ? Optional.empty() : Optional.of(param), OptionalInt.of(line));
    }

    public static LineError ofFile(String code, String message, String param) {
        return new LineError(
                code, message, param.isEmpty() ? Optional.empty() : Optional.of(param), OptionalInt.empty());
    }
}
