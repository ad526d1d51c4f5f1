package io.backfill.replicas;

import static java.lang.System.Logger.Level.DEBUG;

import io.backfill.dispatch.Verdict;
import java.time.Duration;
import java.util.function.LongSupplier;
import java.util.function.Supplier;

/**
 * Circuit breaker for a replica that fails, or that does not serve lines of a kind. The states and their transitions:
 *
 * <ul>
 *   <li>{@code HEALTHY}: all calls are allowed. Changes to {@code FAILING} after several consecutive failures, and to
 *       {@code SUSPECT} when the replica is silent ({@link #suspect}).
 *   <li>{@code SUSPECT}: only a probe is allowed, immediately. Changes to {@code FAILING} on the first failure.
 *   <li>{@code FAILING}: no calls are allowed until the pause is over, then a probe.
 *   <li>{@code PROBING}: one probe is open, and no other calls are allowed. A failure doubles the pause, up to 30 s. A probe
 *       that does not end in time counts as failed.
 * </ul>
 *
 * In every state an answer to any call that shows that the replica works changes the state to {@code HEALTHY}. Not thread-safe.
 */
final class ReplicaHealth {
    /** State of the circuit breaker. */
    enum State {
        HEALTHY,
        SUSPECT,
        FAILING,
        PROBING
    }

    /** What a call's outcome says about the replica. */
    enum Sign {
        WELL,
        FAILED,
        /** No connection was accepted. Fewer repetitions are needed than for other failures. */
        UNREACHABLE,
        NONE;

        static Sign of(Verdict.Replica replica) {
            return switch (replica) {
                case SERVED, WORKS, SATURATED, EXPIRED, REFUSED -> WELL;
                case FAILED -> FAILED;
                case UNREACHABLE -> UNREACHABLE;
                case NOTHING -> NONE;
            };
        }
    }

    private static final System.Logger LOG = System.getLogger("io.backfill.replicas");

    private static final int UNREACHABLE_IN_A_ROW = 2;
    private static final Duration FIRST_PAUSE = Duration.ofSeconds(1);
    private static final Duration LONGEST_PAUSE = Duration.ofSeconds(30);

    private final Supplier<String> subject;
    private final LongSupplier nanoTime;
    private final int failuresInARow;
    private State state = State.HEALTHY;
    private int failures;
    private int unreachable;
    /** In FAILING the end of the pause, in PROBING the time at which the probe counts as failed. */
    private long until;

    private Duration pause = FIRST_PAUSE;

    /**
     * @param subject names the replica in the log
     * @param failuresInARow number of consecutive failures that open the circuit breaker
     */
    ReplicaHealth(Supplier<String> subject, int failuresInARow, LongSupplier nanoTime) {
        this.subject = subject;
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

    /** Whether the replica is not healthy, no probe is open and a probe may be sent. */
    boolean isProbeDue() {
        return switch (state()) {
            case HEALTHY, PROBING -> false;
            case SUSPECT -> true;
            case FAILING -> isOver();
        };
    }

    /** Called when the replica has not answered for too long. */
    void suspect() {
        if (state == State.HEALTHY) {
            state = State.SUSPECT;
            LOG.log(DEBUG, () -> subject.get() + " is passed over until a probe is answered: it may be hanging");
        }
    }

    /** @param atMost maximum duration of the probe */
    void probing(Duration atMost) {
        state = State.PROBING;
        until = nanoTime.getAsLong() + atMost.toNanos();
        LOG.log(DEBUG, () -> subject.get() + " is probed with one call");
    }

    /** Records the end of a call. While the replica is known to fail, only a failed probe has an effect. */
    void ended(Sign sign, boolean probe) {
        switch (sign) {
            case WELL -> {
                failures = 0;
                unreachable = 0;
                pause = FIRST_PAUSE;
                if (state != State.HEALTHY) {
                    state = State.HEALTHY;
                    LOG.log(DEBUG, () -> subject.get() + " gets calls again: it has answered");
                }
            }
            case FAILED -> failed(++failures >= failuresInARow, probe);
            case UNREACHABLE -> failed(++unreachable >= UNREACHABLE_IN_A_ROW || ++failures >= failuresInARow, probe);
            case NONE -> {
                if (probe && state == State.PROBING) {
                    close("its probe showed nothing");
                }
            }
        }
    }

    private void failed(boolean enough, boolean probe) {
        switch (state) {
            case HEALTHY -> {
                if (enough) {
                    close("too many failures in a row");
                }
            }
            case SUSPECT -> close("it was suspected to hang, and a call failed");
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
        close("its probe failed or did not end in time");
    }

    private void close(String why) {
        state = State.FAILING;
        until = nanoTime.getAsLong() + pause.toNanos();
        LOG.log(
                DEBUG,
                () -> "%s is passed over for %d ms: %s (failures: %d, refused connections: %d)"
                        .formatted(subject.get(), pause.toMillis(), why, failures, unreachable));
    }

    private boolean isOver() {
        return nanoTime.getAsLong() - until >= 0;
    }
}
