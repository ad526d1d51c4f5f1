package io.backfill.api.http;

import io.backfill.errors.ErrorCode;
import java.io.IOException;

/** A thread may not wait for its client, or no longer. */
public final class ClientWaitException extends IOException {
    private static final long serialVersionUID = 1L;

    private final ErrorCode code;

    ClientWaitException(ErrorCode code, String message) {
        super(message);
        this.code = code;
    }

    /** What the client is told, if it can still be told. */
    public ErrorCode code() {
        return code;
    }
}
