package io.backfill.replicas;

import java.time.Duration;

/**
 * Spreads calls evenly over the time that a call takes, in proportion to their cost. A replica with {@code n} calls of {@code t}
 * seconds gets one every {@code t / n} seconds on average; calls that end together would otherwise be followed by as many prompts at
 * once, which the engine reads before it answers anybody else. Not thread-safe. Times are nano times.
 */
final class SendSpacing {
    /**
     * Part of the mean distance that is enforced. A third is enough to keep prompts apart; more slows calls down (from simulated runs:
     * 0.9 costs a tenth of the throughput and shortens no time to first token).
     */
    private static final double PART = 0.35;

    /** Shorter distances are not enforced: nobody notices them, and each would need a timer. */
    private static final long SHORTEST = Duration.ofMillis(4).toNanos();

    /** Longest distance, if a call costs much more than those before. */
    private static final double LONGEST_SECONDS = 10;

    private static final double WEIGHT = 0.1;

    private double meanSeconds;
    private double meanCost;
    private long next;
    private boolean begun;

    /** Takes a served call into account. */
    void served(double seconds, double cost) {
        double weight = meanCost == 0 ? 1 : WEIGHT;
        meanSeconds += (seconds - meanSeconds) * weight;
        meanCost += (Math.max(1, cost) - meanCost) * weight;
    }

    /** Records that calls take {@code factor} times as long from now on, because their number changes. */
    void rescale(double factor) {
        meanSeconds *= factor;
    }

    /** Returns the mean time of a call in seconds; 0 if none was served. */
    double meanSeconds() {
        return meanSeconds;
    }

    /** Whether a call may be sent now. */
    boolean isDue(long now) {
        return !begun || next - now <= SHORTEST;
    }

    /** Returns when the next call may be sent. */
    long next() {
        return next;
    }

    /**
     * Records that a call is being sent.
     *
     * @param calls number of calls that the replica may have open
     */
    void sent(double cost, double calls, long now) {
        if (meanCost == 0) {
            return;
        }
        double seconds = PART * meanSeconds / Math.max(1, calls) * Math.max(1, cost) / meanCost;
        long from = begun ? Math.max(next, now - SHORTEST) : now;
        next = from + (long) (Math.min(seconds, LONGEST_SECONDS) * 1e9);
        begun = true;
    }
}
