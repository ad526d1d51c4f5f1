package io.backfill.dispatch;

import java.net.URI;
import java.util.HashSet;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;

/**
 * Results of the attempts of one line so far. Created for each line by the retry link, updated when a place at a replica is
 * released, and read where the next place is chosen. Holds the addresses of the replicas that failed the line, at most all replicas
 * of the model. Thread-safe.
 */
public final class LineHistory {
    /** Consecutive attempts refused without any work by the model, after which the line itself may be the reason. */
    private static final int ALONE_AFTER = 3;

    private final LineKind kind;
    private final Set<URI> avoided = new HashSet<>();
    private boolean sentElsewhere;
    private OptionalLong refusedFirst = OptionalLong.empty();
    private OptionalLong refusedLast = OptionalLong.empty();
    private int refusals;
    private Optional<Verdict> latest = Optional.empty();

    public LineHistory(LineKind kind) {
        this.kind = kind;
    }

    public LineKind kind() {
        return kind;
    }

    /** Returns whether the next attempt should preferably go to another replica. */
    public synchronized boolean avoids(URI replica) {
        return avoided.contains(replica);
    }

    /** Returns whether the line may still be sent to another replica at once. */
    public synchronized boolean maySendElsewhere() {
        return !sentElsewhere;
    }

    /** Returns when a replica first answered that it does not serve this line, in nano time. */
    public synchronized OptionalLong refusedFirst() {
        return refusedFirst;
    }

    /**
     * Returns when the line was last refused, in nano time. Empty unless {@value #ALONE_AFTER} or more consecutive attempts were
     * refused without any work by the model.
     */
    public synchronized OptionalLong refusedRepeatedly() {
        return refusals >= ALONE_AFTER ? refusedLast : OptionalLong.empty();
    }

    /** Records that an attempt at {@code replica} ended at {@code now}, in nano time. */
    public synchronized void ended(URI replica, Verdict verdict, long now) {
        latest = Optional.of(verdict);
        switch (verdict.replica()) {
            case REFUSED, FAILED, UNREACHABLE -> avoided.add(replica);
            default -> {}
        }
        if (verdict.replica() == Verdict.Replica.REFUSED && refusedFirst.isEmpty()) {
            refusedFirst = OptionalLong.of(now);
        }
        sentElsewhere |= verdict.line() == Verdict.Line.ELSEWHERE;
        refusals = verdict.line() == Verdict.Line.FREE ? refusals + 1 : 0;
        refusedLast = OptionalLong.of(now);
    }

    /** Returns the verdict on the last attempt and clears it. Empty if the attempt never had a place. */
    synchronized Optional<Verdict> takeLatest() {
        Optional<Verdict> taken = latest;
        latest = Optional.empty();
        return taken;
    }
}
