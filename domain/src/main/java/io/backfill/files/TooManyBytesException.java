package io.backfill.files;

import java.io.IOException;

/** More bytes came than the limit allows. */
public final class TooManyBytesException extends IOException {
    private static final long serialVersionUID = 1L;

    public TooManyBytesException(long maxBytes) {
        super("more than " + maxBytes + " bytes");
    }
}
