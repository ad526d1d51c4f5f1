package io.backfill.worker;

import org.jspecify.annotations.Nullable;

/** Why this pod cannot go on, in words that say what to do. */
final class PodFailure extends Exception {
    private static final long serialVersionUID = 1L;

    private final ExitCode code;

    PodFailure(ExitCode code, String message) {
        this(code, message, null);
    }

    PodFailure(ExitCode code, String message, @Nullable Throwable cause) {
        super(message, cause);
        this.code = code;
    }

    /** A failure of the store while {@code doing}. */
    static PodFailure ofStore(String doing, Throwable cause) {
        return new PodFailure(
                ExitCode.of(cause), doing + ": " + (cause.getMessage() == null ? cause : cause.getMessage()), cause);
    }

    ExitCode code() {
        return code;
    }
}
