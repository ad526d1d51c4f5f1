package io.backfill.fair;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Objects;
import java.util.function.DoubleSupplier;
import java.util.function.ToLongFunction;
import org.jspecify.annotations.Nullable;

/**
 * Weighted fair turns by the service received: whoever was served least goes first, and stays on turn until it is a chunk ahead of the
 * others, so that fairness does not tear apart lines that share a prefix. Who comes back from a rest keeps what it was served, but
 * gets no credit for the time in which it asked for nothing; who could not go for a while gets credit for a chunk at most. Who arrives
 * with no more service than the one on turn goes next. Two that both have work differ by a chunk and one call at most. (Virtual token counters, OSDI 2024, with the chunks of DLPM.) Not thread-safe.
 */
final class ServiceRing<T> {
    /** Cost of a turn: about a chunk of the plan. */
    static final long CHUNK = 65_536;

    private final DoubleSupplier chunk;
    private final List<Share<T>> active = new ArrayList<>();
    private int weight;
    private @Nullable Share<T> onTurn;
    /** Service of the last one that had work. Whoever comes when nobody has begins there, and is not owed what others had before. */
    private double reached;

    ServiceRing() {
        this(() -> CHUNK);
    }

    /** @param chunk cost of a turn, as it is now */
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

    /** A share that rests. */
    Share<T> join(T member, int weight) {
        return new Share<>(member, weight);
    }

    /** Has something to be served from now on; does nothing when it had before. */
    void activate(Share<T> share) {
        if (share.active) {
            return;
        }
        share.active = true;
        weight += share.weight;
        share.served = Math.max(share.served, least());
        active.add(share);
        // nobody on turn: the least served goes next, among equals the one that waits longest
        if (onTurn != null ? share.served <= onTurn.served : active.size() == 1) {
            onTurn = share;
        }
    }

    /** Has nothing to be served any more. */
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
     * Serves one call of whose turn it is; who has none that can go is passed over.
     *
     * @param server serves one call of a member and tells its cost, at least 1; 0 when it has none that can go now
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

    /** Lets no member stay behind by more than a chunk, after chunks have become smaller. */
    void level() {
        double most = 0;
        for (Share<T> share : active) {
            most = Math.max(most, share.served);
        }
        forgive(most);
    }

    /** Who was passed over stays behind by a chunk at most: newcomers begin with the least, and would go alone until they caught up. */
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

    /** Counts service that a member got out of turn. */
    void charge(Share<T> share, long cost) {
        share.served += (double) cost / share.weight;
    }

    /** By how much a member was served more than the one that was served least. */
    double lead(Share<T> share) {
        return share.served - least();
    }

    /** By how much a member was served less than the one that goes if it cannot: who is on turn or, if that is itself, who is next. */
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

    /** Whether it would be served after a rest just as one that joins then. */
    boolean isLikeNew(Share<T> share) {
        return !share.active && share.served <= least();
    }

    /** Of all that have work. */
    int weight() {
        return weight;
    }

    boolean isEmpty() {
        return active.isEmpty();
    }

    /** Least service of all that have work. */
    private double least() {
        double least = Double.POSITIVE_INFINITY;
        for (Share<T> share : active) {
            least = Math.min(least, share.served);
        }
        return active.isEmpty() ? reached : least;
    }
}
