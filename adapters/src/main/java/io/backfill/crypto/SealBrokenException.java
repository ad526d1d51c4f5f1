package io.backfill.crypto;

import java.io.Serial;

/** Sealed headers that cannot be opened: their key is not there any more, or they were changed, or belong to another batch. */
public final class SealBrokenException extends RuntimeException {
    @Serial
    private static final long serialVersionUID = 1L;

    SealBrokenException(String message) {
        super(message);
    }

    SealBrokenException(String message, Throwable cause) {
        super(message, cause);
    }
}
