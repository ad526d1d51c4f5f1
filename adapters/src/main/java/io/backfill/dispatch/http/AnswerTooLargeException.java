package io.backfill.dispatch.http;

import java.io.IOException;

/** An answer that is longer than we take. */
final class AnswerTooLargeException extends IOException {
    private static final long serialVersionUID = 1L;

    private final int maxBytes;

    AnswerTooLargeException(int maxBytes) {
        super("more than " + maxBytes + " bytes");
        this.maxBytes = maxBytes;
    }

    /** The limit, in words. */
    String limit() {
        return maxBytes % (1 << 20) == 0 ? (maxBytes >> 20) + " MiB" : maxBytes + " bytes";
    }
}
