package io.backfill.dispatch.http;

import java.io.IOException;
import org.jspecify.annotations.Nullable;

/** A compressed answer that cannot be decompressed. */
class BrokenCodingException extends IOException {
    private static final long serialVersionUID = 1L;

    BrokenCodingException(String message, @Nullable Throwable cause) {
        super(message, cause);
    }

    /** One in a coding that is not known here; asking again would give the same. */
    static final class Unknown extends BrokenCodingException {
        private static final long serialVersionUID = 1L;

        Unknown(String coding) {
            super(
                    "its Content-Encoding '" + coding.substring(0, Math.min(coding.length(), 40)) + "' is not known",
                    null);
        }
    }
}
