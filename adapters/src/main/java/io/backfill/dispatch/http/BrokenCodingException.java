package io.backfill.dispatch.http;

import java.io.IOException;
import org.jspecify.annotations.Nullable;

/** Thrown when a compressed answer cannot be decompressed. */
class BrokenCodingException extends IOException {
    private static final long serialVersionUID = 1L;

    BrokenCodingException(String message, @Nullable Throwable cause) {
        super(message, cause);
    }

    /** Thrown when the coding is not supported; a retry would have the same result. */
    static final class Unknown extends BrokenCodingException {
        private static final long serialVersionUID = 1L;

        Unknown(String coding) {
            super(
                    "its Content-Encoding '" + coding.substring(0, Math.min(coding.length(), 40)) + "' is unsupported",
                    null);
        }
    }
}
