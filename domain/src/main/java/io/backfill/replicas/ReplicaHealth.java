package io.backfill.replicas;

import java.time.Duration;
import java.util.function.LongSupplier;

/**
 * Keeps calls away from a replica that fails, or that does not serve lines of a kind. The states and what leads from one to the next:
 *
 * <ul>
 *   <li>{@code HEALTHY}: all calls. To {@code FAILING} after a few failures in a row; to {@code SUSPECT} when the replica is silent
 *       ({@link #suspect}).
 *   <li>{@code SUSPECT}: no calls but a probe, at once. To {@code FAILING} with the first failure.
 *   <li>{@code FAILING}: no calls until the pause is over, then a probe.
 *   <li>{@code PROBING}: one probe is open, no other call. A failure doubles the pause, up to 30 s. A probe that does not come back
 *       in its time counts as lost.
 * </ul>
 *
 * From every state an answer that shows the replica to work leads to {@code HEALTHY}, whichever call it was given to. Not thread-safe.
 */
final class ReplicaHealth {
    /** Where the replica stands. */
    enum State {
        HEALTHY,
        SUSPECT,
        FAILING,
        PROBING
    }

    /** What came of a call. */
    enum Sign {
        WELL,
        FAILED,
        /** No connection was accepted: this needs fewer repetitions. */
        UNREACHABLE,
        NONE
    }

    private static final int UNREACHABLE_IN_A_ROW = 2;
    private static final Duration FIRST_PAUSE = Duration.ofSeconds(1);
    private static final Duration LONGEST_PAUSE = Duration.ofSeconds(30);

    private final LongSupplier nanoTime;
    private final int failuresInARow;
    private State state = State.HEALTHY;
    private int failures;
    private int unreachable;
    /** FAILING: the end of the pause. PROBING: from when on the probe is lost. */
    private long until;

    private Duration pause = FIRST_PAUSE;

    /** @param failuresInARow from which on calls are kept away */
    ReplicaHealth(int failuresInARow, LongSupplier nanoTime) {
        this.failuresInARow = failuresInARow;
        this.nanoTime = nanoTime;
    }

    State state() {
        if (state == State.PROBING && isOver()) {
            fail();
        }
        return state;
    }

    boolean isHealthy() {
        return state == State.HEALTHY;
    }

    /** Not healthy, no probe is open, and it is time for one. */
    boolean isProbeDue() {
        return switch (state()) {
            case HEALTHY, PROBING -> false;
            case SUSPECT -> true;
            case FAILING -> isOver();
        };
    }

    /** The replica owes answers for too long. */
    void suspect() {
        if (state == State.HEALTHY) {
            state = State.SUSPECT;
        }
    }

    /** @param atMost time in which the probe comes back at the latest */
    void probing(Duration atMost) {
        state = State.PROBING;
        until = nanoTime.getAsLong() + atMost.toNanos();
    }

    /** A call ended; only a probe says anything bad about a replica that is known to fail. */
    void ended(Sign sign, boolean probe) {
        switch (sign) {
            case WELL -> {
                failures = 0;
                unreachable = 0;
                state = State.HEALTHY;
                pause = FIRST_PAUSE;
            }
            case FAILED -> failed(++failures >= failuresInARow, probe);
            case UNREACHABLE -> failed(++unreachable >= UNREACHABLE_IN_A_ROW || ++failures >= failuresInARow, probe);
            case NONE -> {
                if (probe && state == State.PROBING) {
                    close();
                }
            }
        }
    }

    private void failed(boolean enough, boolean probe) {
        switch (state) {
            case HEALTHY -> {
                if (enough) {
                    close();
                }
            }
            case SUSPECT -> close();
            case FAILING -> {}
            case PROBING -> {
                if (probe) {
                    fail();
                }
            }
        }
    }

    private void fail() {
        pause = pause.multipliedBy(2).compareTo(LONGEST_PAUSE) < 0 ? pause.multipliedBy(2) : LONGEST_PAUSE;
        close();
    }

    private void close() {
        state = State.FAILING;
        until = nanoTime.getAsLong() + pause.toNanos();
    }

    private boolean isOver() {
        return nanoTime.getAsLong() - until >= 0;
    }
}
