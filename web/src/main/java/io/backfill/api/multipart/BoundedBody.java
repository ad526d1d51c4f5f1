package io.backfill.api.multipart;

import io.backfill.errors.BackfillException;
import io.backfill.errors.ErrorCode;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;

/**
 * A request body with a limit. Rejects the request at the first byte beyond the limit, in whichever part of a form that byte is.
 */
public final class BoundedBody extends FilterInputStream {
    private final BackfillException refusal;
    private long left;

    /** @param refusal the exception to throw, created by the caller so that its stack trace shows the request */
    public BoundedBody(InputStream in, long maxBytes, BackfillException refusal) {
        super(in);
        this.left = maxBytes;
        this.refusal = refusal;
    }

    /** Returns the error for a body that is too large. An empty {@code param} means none. */
    public static BackfillException tooLarge(String param) {
        return new BackfillException(ErrorCode.TOO_LARGE, "File is too large.", param);
    }

    @Override
    public int read() throws IOException {
        int value = super.read();
        count(value < 0 ? 0 : 1);
        return value;
    }

    @Override
    public int read(byte[] into, int offset, int length) throws IOException {
        int read = super.read(into, offset, length);
        count(Math.max(0, read));
        return read;
    }

    private void count(int read) {
        left -= read;
        if (left < 0) {
            throw refusal;
        }
    }
}
