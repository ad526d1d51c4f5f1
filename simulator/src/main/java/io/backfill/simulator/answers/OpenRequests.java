package io.backfill.simulator.answers;

import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.LongAdder;

/**
 * How many requests were received and how many are open. A request stops being open just before the last byte of its
 * answer is written, so a client that has its answer never sees itself counted. Thread-safe; each number is exact, two
 * of them need not be of the same instant.
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

    /** Starts the counts of received and most open anew; what is open stays open. */
    public void clear() {
        received.reset();
        mostOpen.set(open.get());
    }

    /**
     * The numbers at one moment.
     *
     * @param received requests received whole since the start or the last {@link #clear}
     * @param open requests without an answer yet, hanging ones included
     * @param mostOpen the highest {@code open} since then
     */
    public record Stats(long received, int open, int mostOpen) {}
}
