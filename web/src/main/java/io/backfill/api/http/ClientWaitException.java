package io.backfill.api.http;

import io.backfill.errors.ErrorCode;
import java.io.IOException;

/** Thrown if a thread may not wait for its client, or may not wait any longer. */
public final class ClientWaitException extends IOException {
    private static final long serialVersionUID = 1L;

    private final ErrorCode code;

    ClientWaitException(ErrorCode code, String message) {
        super(message);
        this.code = code;
    }

    /** Returns the error code for the client, if a response can still be sent. */
    public ErrorCode code() {
        return code;
    }
}
