package io.backfill.files;

import java.io.IOException;

/** Thrown when a stream has more bytes than its limit allows. */
public final class TooManyBytesException extends IOException {
    private static final long serialVersionUID = 1L;

    public TooManyBytesException(long maxBytes) {
        super("more than " + maxBytes + " bytes");
    }
}
