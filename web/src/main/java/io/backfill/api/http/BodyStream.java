package io.backfill.api.http;

import io.backfill.errors.BackfillException;
import jakarta.servlet.ReadListener;
import jakarta.servlet.ServletInputStream;
import java.io.IOException;

/** A request body that turns a refused wait for the client into an error of the API. Not thread-safe. */
final class BodyStream extends ServletInputStream {
    private final ServletInputStream body;

    BodyStream(ServletInputStream body) {
        this.body = body;
    }

    @Override
    public int read() throws IOException {
        byte[] one = new byte[1];
        return read(one, 0, 1) < 0 ? -1 : one[0] & 0xFF;
    }

    /** @throws BackfillException {@code REQUEST_TIMEOUT} or {@code RATE_LIMIT_EXCEEDED} */
    @Override
    public int read(byte[] into, int offset, int length) throws IOException {
        try {
            return body.read(into, offset, length);
        } catch (ClientWaitException refused) {
            throw new BackfillException(refused.code(), String.valueOf(refused.getMessage()), refused);
        }
    }

    @Override
    public int available() throws IOException {
        return body.available();
    }

    @Override
    public boolean isFinished() {
        return body.isFinished();
    }

    @Override
    public boolean isReady() {
        return body.isReady();
    }

    @Override
    public void setReadListener(ReadListener listener) {
        body.setReadListener(listener);
    }

    /** Does nothing: closing the server's stream here would wait for the rest of the body. */
    @Override
    public void close() {}
}
