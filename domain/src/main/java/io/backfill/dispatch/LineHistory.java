package io.backfill.dispatch;

import java.net.URI;
import java.util.HashSet;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;

/**
 * What the attempts of one line brought so far. Made by the retries for each line, written when a replica's place is given back, read
 * where the next place is picked. Holds the addresses of the replicas that failed the line, at most all of the model's. Thread-safe.
 */
public final class LineHistory {
    /** Refusals for lack of capacity in a row from which on the line may be the reason. */
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

    /** Whether the next attempt should rather not go there. */
    public synchronized boolean avoids(URI replica) {
        return avoided.contains(replica);
    }

    /** Whether the line may still be sent elsewhere at once. */
    public synchronized boolean maySendElsewhere() {
        return !sentElsewhere;
    }

    /** When a replica first answered that it does not serve this line, in nano time. */
    public synchronized OptionalLong refusedFirst() {
        return refusedFirst;
    }

    /** When the line was last refused for lack of capacity, in nano time, once that happened several times in a row. */
    public synchronized OptionalLong refusedRepeatedly() {
        return refusals >= ALONE_AFTER ? refusedLast : OptionalLong.empty();
    }

    /** An attempt at {@code replica} ended at {@code now}, in nano time. */
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

    /** The verdict on the attempt that ended last, once; empty when it never had a place. */
    synchronized Optional<Verdict> takeLatest() {
        Optional<Verdict> taken = latest;
        latest = Optional.empty();
        return taken;
    }
}
