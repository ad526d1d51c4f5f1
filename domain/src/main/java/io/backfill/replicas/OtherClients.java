package io.backfill.replicas;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.OptionalLong;

/**
 * Whether clients other than this node use an engine, and how many of their requests it holds. There are two signs. An engine that holds
 * more requests than this node has open says so; but while many short calls of this node come and go, their number is uncertain by more
 * than the few requests of others. An engine that counts its finished requests also says so if the count grows by more than this node's
 * calls. A single request may be a health check, so two are needed. Not thread-safe. Times are nano times.
 */
final class OtherClients {
    /** How long a sighting counts. */
    private static final long REMEMBERED = Duration.ofSeconds(40).toNanos();

    /** Time over which finished requests are compared. */
    private static final long COMPARED = Duration.ofSeconds(20).toNanos();

    private static final int ENOUGH = 2;

    /** Polls at each end of the compared time. The calls on their way to this node differ among them. */
    private static final int ENDS = 4;

    /** Polls that are kept at most. */
    private static final int MOST = 256;

    /** Weight of a new poll in the mean. */
    private static final double WEIGHT = 0.1;

    private final Deque<Long> seen = new ArrayDeque<>(ENOUGH);
    private final Deque<Surplus> surpluses = new ArrayDeque<>();
    private double mean;

    /** Finished requests of the engine beyond this node's ended calls. Only differences have a meaning. */
    private record Surplus(long at, long requests) {}

    /** Takes a poll of the engine into account. */
    void polled(EngineMetrics metrics, OwnCalls own, long now) {
        int requests = own.foreign(metrics);
        mean += (requests - mean) * WEIGHT;
        if (requests > 0) {
            if (seen.size() == ENOUGH) {
                seen.removeFirst();
            }
            seen.addLast(now);
        }
        OptionalLong finished = metrics.totals().finished();
        if (finished.isPresent()) {
            compare(new Surplus(now, finished.getAsLong() - own.ended()));
        } else {
            surpluses.clear();
        }
    }

    private void compare(Surplus surplus) {
        if (!surpluses.isEmpty() && surplus.requests() < lowest() - MOST) {
            // the engine was restarted
            surpluses.clear();
        }
        surpluses.addLast(surplus);
        while (surpluses.size() > MOST
                || surplus.at() - surpluses.getFirst().at() > COMPARED && surpluses.size() > 2 * ENDS) {
            surpluses.removeFirst();
        }
    }

    boolean arePresent(long now) {
        boolean held = seen.size() == ENOUGH && now - seen.getFirst() <= REMEMBERED;
        return held || finishedByOthers() >= ENOUGH;
    }

    /** Returns the number of requests that others have finished, at least, within the compared time. */
    private long finishedByOthers() {
        if (surpluses.size() < 2 * ENDS) {
            return 0;
        }
        long before = surpluses.stream()
                .limit(ENDS)
                .mapToLong(Surplus::requests)
                .max()
                .orElseThrow();
        long after = surpluses.stream()
                .skip(surpluses.size() - ENDS)
                .mapToLong(Surplus::requests)
                .min()
                .orElseThrow();
        return after - before;
    }

    private long lowest() {
        return surpluses.stream().mapToLong(Surplus::requests).min().orElseThrow();
    }

    /** Returns how many of their requests the engine holds on average. */
    double mean() {
        return mean;
    }
}
