package io.backfill.fair;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Objects;
import java.util.function.DoubleSupplier;
import java.util.function.ToLongFunction;
import org.jspecify.annotations.Nullable;

/**
 * Weighted fair turns by the service received. The member that was served least goes first. It keeps its turn until it is a chunk
 * ahead of the others, so that lines that share a prefix stay together. A member that was idle keeps its service count but earns no
 * credit for the idle time; one that was blocked earns at most one chunk. A member that becomes active with no more service than
 * the current one goes next. Two members that both have work differ by at most one chunk and one call. Implements virtual token
 * counters (OSDI 2024) with the chunks of DLPM. Not thread-safe.
 */
final class ServiceRing<T> {
    /** Cost of a turn: about a chunk of the plan. */
    static final long CHUNK = 65_536;

    private final DoubleSupplier chunk;
    private final List<Share<T>> active = new ArrayList<>();
    private int weight;
    private @Nullable Share<T> onTurn;
    /**
     * Service of the last member that had work. A member that becomes active while no other is starts there, so that it is not owed
     * what others received before.
     */
    private double reached;

    ServiceRing() {
        this(() -> CHUNK);
    }

    /** @param chunk returns the current cost of a turn */
    ServiceRing(DoubleSupplier chunk) {
        this.chunk = chunk;
    }

    /** One member's part of the service. */
    static final class Share<T> {
        private final int weight;
        private final T member;
        /** Cost served, divided by the weight. */
        private double served;

        private boolean active;

        private Share(T member, int weight) {
            this.member = member;
            this.weight = weight;
        }
    }

    /** Returns a new share, which is idle. */
    Share<T> join(T member, int weight) {
        return new Share<>(member, weight);
    }

    /** Records that a member has work. Does nothing if it already had. */
    void activate(Share<T> share) {
        if (share.active) {
            return;
        }
        share.active = true;
        weight += share.weight;
        share.served = Math.max(share.served, least());
        active.add(share);
        // without a current member the least served one goes next; of equals, the one that waits longest
        if (onTurn != null ? share.served <= onTurn.served : active.size() == 1) {
            onTurn = share;
        }
    }

    /** Records that a member has no more work. */
    void rest(Share<T> share) {
        if (share.active) {
            share.active = false;
            weight -= share.weight;
            active.remove(share);
            reached = share.served;
            if (onTurn == share) {
                onTurn = null;
            }
        }
    }

    /**
     * Serves one call of the current member or, if that has no call that can be admitted, of the least served member that has one.
     *
     * @param server serves one call of a member and returns its cost, at least 1; returns 0 if no call of the member can be
     *     admitted now
     * @return whether a call was served
     */
    boolean serve(ToLongFunction<T> server) {
        Share<T> first = onTurn;
        if (first != null && first.served <= least() + chunk.getAsDouble() && serve(first, server)) {
            return true;
        }
        List<Share<T>> byService = new ArrayList<>(active);
        byService.sort(Comparator.comparingDouble(share -> share.served));
        for (Share<T> share : byService) {
            double before = share.served;
            if (serve(share, server)) {
                forgive(before);
                return true;
            }
        }
        return false;
    }

    /** Brings every member to within a chunk of the most served one, after chunks have become smaller. */
    void level() {
        double most = 0;
        for (Share<T> share : active) {
            most = Math.max(most, share.served);
        }
        forgive(most);
    }

    /**
     * Leaves members that were passed over at most a chunk behind. Newcomers start at the least service, and would otherwise be
     * served alone until they caught up.
     */
    private void forgive(double passedBy) {
        for (Share<T> share : active) {
            share.served = Math.max(share.served, passedBy - chunk.getAsDouble());
        }
    }

    private boolean serve(Share<T> share, ToLongFunction<T> server) {
        long cost = server.applyAsLong(Objects.requireNonNull(share.member));
        if (cost <= 0) {
            return false;
        }
        share.served += (double) cost / share.weight;
        onTurn = share;
        return true;
    }

    /** Counts service that a member received out of turn. */
    void charge(Share<T> share, long cost) {
        share.served += (double) cost / share.weight;
    }

    /** Returns how much more a member was served than the least served one. */
    double lead(Share<T> share) {
        return share.served - least();
    }

    /**
     * Returns how much less a member was served than the one that goes in its place: the current one or, if that is the member
     * itself, the next one.
     */
    double lag(Share<T> share) {
        Share<T> current = onTurn;
        if (current != null && current != share) {
            return current.served - share.served;
        }
        double next = Double.POSITIVE_INFINITY;
        for (Share<T> other : active) {
            next = other == share ? next : Math.min(next, other.served);
        }
        return next == Double.POSITIVE_INFINITY ? 0 : next - share.served;
    }

    /** Returns whether an idle share would be treated like a new one if it became active now. */
    boolean isLikeNew(Share<T> share) {
        return !share.active && share.served <= least();
    }

    /** Returns the sum of the weights of all members with work. */
    int weight() {
        return weight;
    }

    boolean isEmpty() {
        return active.isEmpty();
    }

    /** Returns the least service of all members with work. */
    private double least() {
        double least = Double.POSITIVE_INFINITY;
        for (Share<T> share : active) {
            least = Math.min(least, share.served);
        }
        return active.isEmpty() ? reached : least;
    }
}
