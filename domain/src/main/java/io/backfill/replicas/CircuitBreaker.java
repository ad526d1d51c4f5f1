package io.backfill.replicas;

import java.time.Duration;
import java.util.function.LongSupplier;

/**
 * Keeps calls away from a replica that fails: open after a few failures in a row, then one probe at a time, at growing intervals,
 * until one succeeds. Answers that say "too many" or "wrong" are no failures. Not thread-safe.
 */
final class CircuitBreaker {
    /** What came of a call, as far as the replica's health is concerned. */
    enum Health {
        WELL,
        /** It broke off, took too long, or answered that it is broken. */
        FAILED,
        /** Nobody listens. */
        REFUSED,
        UNKNOWN
    }

    private static final int FAILURES = 5;
    private static final int REFUSALS = 2;
    private static final Duration FIRST_PAUSE = Duration.ofSeconds(1);
    private static final Duration LONGEST_PAUSE = Duration.ofSeconds(30);

    private final LongSupplier nanoTime;
    private int failures;
    private int refusals;
    private boolean open;
    private long probeAt;
    private Duration pause = FIRST_PAUSE;

    CircuitBreaker(LongSupplier nanoTime) {
        this.nanoTime = nanoTime;
    }

    boolean isOpen() {
        return open;
    }

    /** Open, and it is time to try again. */
    boolean isProbeDue() {
        return open && nanoTime.getAsLong() - probeAt >= 0;
    }

    /** A probe leaves: the next one only after the pause. */
    void probing() {
        probeAt = nanoTime.getAsLong() + pause.toNanos();
    }

    /** A call ended; only a probe says anything about a replica that is known to fail. */
    void ended(Health health, boolean probe) {
        if (open && !probe && health != Health.WELL) {
            return;
        }
        switch (health) {
            case WELL -> {
                failures = 0;
                refusals = 0;
                open = false;
                pause = FIRST_PAUSE;
            }
            case FAILED -> failed(++failures >= FAILURES);
            case REFUSED -> failed(++refusals >= REFUSALS || ++failures >= FAILURES);
            case UNKNOWN -> {}
        }
    }

    private void failed(boolean enough) {
        if (open) {
            pause = pause.multipliedBy(2).compareTo(LONGEST_PAUSE) < 0 ? pause.multipliedBy(2) : LONGEST_PAUSE;
            probing();
        } else if (enough) {
            open = true;
            probing();
        }
    }
}
