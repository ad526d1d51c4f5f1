package io.backfill.batches;

import java.util.Optional;
import java.util.OptionalInt;

/**
 * Why a batch's input was refused.
 *
 * @param line physical line from 1; empty when the whole file is meant
 */
public record LineError(String code, String message, Optional<String> param, OptionalInt line) {
    /** How many of them a batch lists at most. */
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
