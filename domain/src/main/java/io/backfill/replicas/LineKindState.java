package io.backfill.replicas;

import java.util.Optional;
import java.util.OptionalLong;
import java.util.function.LongSupplier;
import java.util.function.Supplier;

/**
 * State of a replica for lines of one kind: whether it serves them and, if they carry a key of the client, how many of them may be
 * open. Guarded by its fleet.
 */
final class LineKindState {
    /** Number of consecutive refusals after which the replica receives no lines of the kind except probes. */
    private static final int REFUSALS_IN_A_ROW = 3;

    private final ReplicaHealth health;
    private final Optional<ReplicaLimit> limit;
    private int open;
    private OptionalLong servedAt = OptionalLong.empty();

    /**
     * @param subject names the replica and the kind in the log
     * @param limit for lines that carry a key of the client
     */
    LineKindState(Supplier<String> subject, Optional<ReplicaLimit> limit, LongSupplier nanoTime) {
        this.health = new ReplicaHealth(subject, REFUSALS_IN_A_ROW, nanoTime);
        this.limit = limit;
    }

    ReplicaHealth health() {
        return health;
    }

    Optional<ReplicaLimit> limit() {
        return limit;
    }

    boolean isClosed() {
        return limit.isPresent() && limit.get().isClosed();
    }

    boolean isBelowLimit() {
        return limit.isEmpty() || open < limit.get().now();
    }

    boolean isIdle() {
        return open == 0;
    }

    /** Whether a line of the kind was served after {@code moment}. */
    boolean servedSince(OptionalLong moment) {
        return moment.isPresent() && servedAt.isPresent() && servedAt.getAsLong() - moment.getAsLong() > 0;
    }

    void enter() {
        open++;
    }

    void leave() {
        open--;
    }

    /** @param signal passed to the limit */
    void learn(EndedCall ended, ReplicaLimit.Signal signal) {
        switch (ended.verdict().replica()) {
            case SERVED -> {
                servedAt = OptionalLong.of(ended.at());
                health.ended(ReplicaHealth.Sign.WELL, ended.call().kindProbe());
            }
            case WORKS -> health.ended(ReplicaHealth.Sign.WELL, ended.call().kindProbe());
            case REFUSED -> health.ended(ReplicaHealth.Sign.FAILED, ended.call().kindProbe());
            default -> health.ended(ReplicaHealth.Sign.NONE, ended.call().kindProbe());
        }
        limit.ifPresent(own -> own.answered(signal, ended.pause(), ended.call().sentAt(), open));
    }
}
