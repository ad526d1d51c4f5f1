package io.backfill.results.s3;

import java.io.IOException;
import java.util.concurrent.Semaphore;

/** Limits how many large lines all logs of this process send concurrently. More would only share the same bandwidth. */
final class LargeWrites {
    private static final int AT_ONCE = 4;

    private final Semaphore places = new Semaphore(AT_ONCE);

    @FunctionalInterface
    interface Write {
        void run() throws IOException;
    }

    /**
     * Waits for a permit and runs {@code write}, which has its own time-out. The wait ignores interrupts, because an interrupt does
     * not change the outcome for the line.
     */
    void write(Write write) throws IOException {
        places.acquireUninterruptibly();
        try {
            write.run();
        } finally {
            places.release();
        }
    }
}
