package io.backfill.api.http;

import jakarta.servlet.ServletInputStream;
import java.io.IOException;
import java.time.Duration;
import java.util.function.LongSupplier;

/**
 * Reads and drops the rest of a refused body. A client that is still sending when the connection closes reports a network failure and
 * tries again; one that may finish reads the answer. Bounded, because nobody owes a client an endless ear. Thread-safe.
 */
final class BodyDrain {
    private static final int BUFFER_BYTES = 64 * 1024;

    private final Duration longest;
    private final long mostBytes;
    private final LongSupplier nanoTime;

    BodyDrain(Duration longest, long mostBytes, LongSupplier nanoTime) {
        this.longest = longest;
        this.mostBytes = mostBytes;
        this.nanoTime = nanoTime;
    }

    /**
     * Reads to the end of the body.
     *
     * @return false when the end did not come soon enough: the connection is of no further use
     */
    boolean isDone(ApiRequest request) {
        // whoever waits for 100 Continue has sent nothing, and asking for the body now would make it send
        if (request.getContentLengthLong() == 0 || request.holdsBodyBack()) {
            return true;
        }
        try {
            return readToEnd(request.getInputStream());
        } catch (IOException clientIsGone) {
            return false;
        }
    }

    private boolean readToEnd(ServletInputStream body) throws IOException {
        long start = nanoTime.getAsLong();
        byte[] buffer = new byte[BUFFER_BYTES];
        long total = 0;
        while (!body.isFinished()) {
            int read = body.read(buffer);
            if (read < 0) {
                return true;
            }
            total += read;
            if (total > mostBytes || nanoTime.getAsLong() - start > longest.toNanos()) {
                return false;
            }
        }
        return true;
    }
}
