package io.backfill.replicas;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;

/**
 * Whether clients other than this node use an engine, and how many of their requests it holds. An engine that holds more requests than
 * this node has open says so. A single sighting may be a health check, so two within forty seconds are needed. Not
 * thread-safe. Times are nano times.
 */
final class OtherClients {
    /** How long a sighting counts. */
    private static final long REMEMBERED = Duration.ofSeconds(40).toNanos();

    private static final int ENOUGH = 2;

    /** Weight of a new poll in the mean. */
    private static final double WEIGHT = 0.1;

    private final Deque<Long> seen = new ArrayDeque<>(ENOUGH);
    private double mean;

    /** @param requests requests of others that the engine held in a poll */
    void polled(int requests, long now) {
        mean += (requests - mean) * WEIGHT;
        if (requests > 0) {
            if (seen.size() == ENOUGH) {
                seen.removeFirst();
            }
            seen.addLast(now);
        }
    }

    boolean arePresent(long now) {
        return seen.size() == ENOUGH && now - seen.getFirst() <= REMEMBERED;
    }

    /** Returns how many of their requests the engine holds on average. */
    double mean() {
        return mean;
    }
}
