package io.backfill.files.directory;

import java.io.IOException;
import java.nio.channels.ClosedByInterruptException;

/** Runs work on channels, which an interrupt would close, to its end; the interrupt is there again afterwards. */
final class Uninterrupted {
    /** Work that may be begun again from its start. */
    @FunctionalInterface
    interface Work<T> {
        T call() throws IOException;
    }

    private Uninterrupted() {}

    static <T> T call(Work<T> work) throws IOException {
        boolean interrupted = Thread.interrupted();
        try {
            while (true) {
                try {
                    return work.call();
                } catch (ClosedByInterruptException e) {
                    // clears the flag, or the next attempt would end the same way
                    interrupted |= Thread.interrupted();
                }
            }
        } finally {
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }
}
