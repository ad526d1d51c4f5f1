package io.backfill.api.errors;

import io.backfill.errors.ErrorCode;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** The JSON envelope of every error. All four keys are always present. */
public record ErrorBody(Details error) {
    /** The fields of an error. */
    public record Details(
            String message,
            String type,
            @Nullable String param,
            @Nullable String code) {}

    /** Returns the envelope of one error. */
    public static ErrorBody of(ErrorCode code, String message, Optional<String> param) {
        return new ErrorBody(new Details(
                message, code.type(), param.orElse(null), code.code().orElse(null)));
    }
}
