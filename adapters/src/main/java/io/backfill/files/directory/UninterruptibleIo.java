package io.backfill.files.directory;

import java.io.IOException;
import java.nio.channels.ClosedByInterruptException;

/** Runs work on channels, which an interrupt closes, to completion. The thread's interrupt status is restored afterwards. */
final class UninterruptibleIo {
    /** Work that may be restarted from its beginning. */
    @FunctionalInterface
    interface Work<T> {
        T call() throws IOException;
    }

    private UninterruptibleIo() {}

    static <T> T call(Work<T> work) throws IOException {
        boolean interrupted = Thread.interrupted();
        try {
            while (true) {
                try {
                    return work.call();
                } catch (ClosedByInterruptException e) {
                    // clears the interrupt status, otherwise the next attempt would fail in the same way
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
