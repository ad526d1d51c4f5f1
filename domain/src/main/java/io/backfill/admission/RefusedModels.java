package io.backfill.admission;

import java.util.Comparator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/**
 * The models that were refused and need more capacity, and the rounds of offers to them. Guarded by the capacity's lock, except for
 * {@link #any} and {@link #changes}.
 */
final class RefusedModels {
    /** Maximum rounds of offers by one caller; the next caller makes further ones. */
    static final int MOST_ROUNDS = 16;

    /** The longest waiting first. */
    private final Set<NodeCapacity.Account> models = new LinkedHashSet<>();

    private volatile boolean any;
    private volatile long changes;
    private boolean offering;
    private boolean offerAgain;

    boolean any() {
        return any;
    }

    int count() {
        return models.size();
    }

    /** Increases with every change that may allow a refused model another call. */
    long changes() {
        return changes;
    }

    @SuppressWarnings("NonAtomicVolatileUpdate") // under the lock
    void changed() {
        changes++;
    }

    /** @param bytes whether the model lacks bytes rather than a call */
    void add(NodeCapacity.Account account, boolean bytes) {
        if (account.wantsBytes != bytes) {
            // the model no longer goes before others for what it lacked until now
            account.wantsBytes = bytes;
            changed();
        }
        models.add(account);
        any = true;
    }

    void remove(NodeCapacity.Account account) {
        if (any && models.remove(account)) {
            account.wantsBytes = false;
            account.heldBackFor = 0;
            any = !models.isEmpty();
            changed();
        }
    }

    /** Returns the number of models that get a call before this one, because they hold fewer. */
    long ahead(NodeCapacity.Account account) {
        long ahead = 0;
        if (any) {
            for (NodeCapacity.Account other : models) {
                ahead += other != account && !other.wantsBytes && other.calls < account.calls ? 1 : 0;
            }
        }
        return ahead;
    }

    /** Returns whether no other model has waited longer for the overflow seat. */
    boolean isFirstForSeat(NodeCapacity.Account account) {
        for (NodeCapacity.Account other : models) {
            if (other.wantsBytes && other.bytes == 0) {
                return other == account;
            }
        }
        return true;
    }

    /** Returns the model with the fewest calls first, of equals the one that has waited longest. */
    List<NodeCapacity.Account> byCalls() {
        return models.stream()
                .sorted(Comparator.comparingLong(account -> account.calls))
                .toList();
    }

    /** Begins to make offers. Returns false if another caller makes them; that caller then makes another round. */
    boolean beginOffering() {
        offerAgain = offering;
        boolean begins = !offering;
        offering = true;
        return begins;
    }

    /** Ends a round of offers. Returns whether the caller makes another one. */
    boolean endRound(boolean changed, int rounds) {
        offering = (changed || offerAgain) && any && rounds < MOST_ROUNDS;
        offerAgain = false;
        return offering;
    }
}
