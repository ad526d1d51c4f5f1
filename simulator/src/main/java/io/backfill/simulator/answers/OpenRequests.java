package io.backfill.simulator.answers;

import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.LongAdder;

/**
 * Counts received and open requests. A request stops being open just before the last byte of its answer is written, so
 * a client that has its answer is not counted any more. Thread-safe. Each number is exact, but two numbers may be from
 * different instants.
 */
public final class OpenRequests {
    private final LongAdder received = new LongAdder();
    private final AtomicInteger open = new AtomicInteger();
    private final AtomicInteger mostOpen = new AtomicInteger();

    void enter() {
        received.increment();
        int now = open.incrementAndGet();
        if (now > mostOpen.get()) {
            mostOpen.accumulateAndGet(now, Math::max);
        }
    }

    void leave() {
        open.decrementAndGet();
    }

    public Stats stats() {
        return new Stats(received.sum(), open.get(), mostOpen.get());
    }

    /** Resets the counts of received requests and of the maximum. Open requests remain counted. */
    public void clear() {
        received.reset();
        mostOpen.set(open.get());
    }

    /**
     * The counts.
     *
     * @param received requests completely received since the start or the last {@link #clear}
     * @param open requests without an answer yet, including hanging ones
     * @param mostOpen the maximum of {@code open} in that time
     */
    public record Stats(long received, int open, int mostOpen) {}
}
