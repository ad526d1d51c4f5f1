package io.backfill.worker;

import org.jspecify.annotations.Nullable;

/** The reason why this pod cannot continue. The message states what to do about it. */
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

    /** Creates a failure of the store during {@code doing}. */
    static PodFailure ofStore(String doing, Throwable cause) {
        return new PodFailure(
                ExitCode.of(cause), doing + ": " + (cause.getMessage() == null ? cause : cause.getMessage()), cause);
    }

    ExitCode code() {
        return code;
    }
}
