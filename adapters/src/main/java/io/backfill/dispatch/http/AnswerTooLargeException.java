package io.backfill.dispatch.http;

import java.io.IOException;

/** Thrown when an answer exceeds the size limit. */
final class AnswerTooLargeException extends IOException {
    private static final long serialVersionUID = 1L;

    private final int maxBytes;

    AnswerTooLargeException(int maxBytes) {
        super("more than " + maxBytes + " bytes");
        this.maxBytes = maxBytes;
    }

    /** Returns the limit as text, in MiB if it is a multiple of one. */
    String limit() {
        return maxBytes % (1 << 20) == 0 ? (maxBytes >> 20) + " MiB" : maxBytes + " bytes";
    }
}
