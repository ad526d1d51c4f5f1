package io.backfill.errors;

import java.util.Optional;

/** A rejected command, or infrastructure that did not answer. The message is for the user and says what to do. */
public final class BackfillException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final ErrorCode code;
    private final String param;

    /** Creates a rejection that concerns no single parameter. */
    public BackfillException(ErrorCode code, String message) {
        this(code, message, "");
    }

    /** Creates a rejection of parameter {@code param}; empty for none. */
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
