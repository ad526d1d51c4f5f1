package io.backfill.crypto;

import java.io.Serial;

/** Thrown when sealed headers cannot be opened: their key is missing, they were modified, or they belong to another batch. */
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
