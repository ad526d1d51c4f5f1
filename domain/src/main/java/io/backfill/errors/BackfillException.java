package io.backfill.errors;

import java.util.Optional;

/** A refused command, or infrastructure that did not answer. The message goes to the user: it says what to do. */
public final class BackfillException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final ErrorCode code;
    private final String param;

    /** A refusal that concerns no single parameter. */
    public BackfillException(ErrorCode code, String message) {
        this(code, message, "");
    }

    /** A refusal of parameter {@code param}; empty where none is meant. */
    public BackfillException(ErrorCode code, String message, String param) {
        super(message);
        this.code = code;
        this.param = param;
    }

    public BackfillException(ErrorCode code, String message, Throwable cause) {
        super(message, cause);
        this.code = code;
        this.param = "";
    }

    public ErrorCode code() {
        return code;
    }

    public Optional<String> param() {
        return param.isEmpty() ? Optional.empty() : Optional.of(param);
    }
}
