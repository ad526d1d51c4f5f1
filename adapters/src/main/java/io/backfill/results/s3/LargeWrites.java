package io.backfill.results.s3;

import java.io.IOException;
import java.util.concurrent.Semaphore;

/** Lets few large lines be sent at once, over all logs of this process: more would only share the same network. */
final class LargeWrites {
    private static final int AT_ONCE = 4;

    private final Semaphore places = new Semaphore(AT_ONCE);

    @FunctionalInterface
    interface Write {
        void run() throws IOException;
    }

    /** Waits for a place and runs {@code write}, which has a time-out by itself. An interrupt does not change what becomes of it. */
    void write(Write write) throws IOException {
        places.acquireUninterruptibly();
        try {
            write.run();
        } finally {
            places.release();
        }
    }
}
