package io.backfill.api.errors;

import io.backfill.errors.ErrorCode;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** The envelope of every error on the wire. All four keys are always there. */
public record ErrorBody(Details error) {
    /** What went wrong. */
    public record Details(
            String message,
            String type,
            @Nullable String param,
            @Nullable String code) {}

    /** The envelope of one refusal. */
    public static ErrorBody of(ErrorCode code, String message, Optional<String> param) {
        return new ErrorBody(new Details(
                message, code.type(), param.orElse(null), code.code().orElse(null)));
    }
}
