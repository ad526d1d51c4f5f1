package io.backfill.replicas;

import io.backfill.models.Protection;
import java.time.Duration;
import java.util.Optional;

/**
 * Keeps the times that an engine shows its clients within configured targets. If the 95th percentile of its last times is above a
 * target, the number of calls is reduced by a fifth. If both are well below, it grows again. The engine's histograms contain the calls
 * of this node as well, whose prompts are usually longer than those of others, so the reduction errs on the side of the others. Not
 * thread-safe.
 */
final class TargetTimes {
    private static final double PERCENTILE = 0.95;
    private static final long EVERY = Duration.ofSeconds(3).toNanos();
    private static final long LONGEST = Duration.ofSeconds(30).toNanos();
    /** Times from which on a percentile is meaningful. */
    private static final int ENOUGH = 20;

    private static final double LESS = 0.8;
    private static final double MORE = 1.1;

    /** Part of a target below which the number of calls may grow. */
    private static final double WELL_BELOW = 0.8;

    private EngineTotals from = EngineTotals.NONE;
    private long fromAt;
    private double most = Double.POSITIVE_INFINITY;

    /** Returns the largest number of calls that the targets allow, at most {@code cap}. */
    double most(double cap) {
        return Math.min(most, cap);
    }

    /**
     * Takes a poll into account.
     *
     * @param calls number of calls that are allowed apart from the targets
     * @param open number of open calls
     */
    void polled(Protection targets, EngineTotals now, double calls, int open, long at) {
        if (targets.ttft().isEmpty() && targets.itl().isEmpty()) {
            most = Double.POSITIVE_INFINITY;
            return;
        }
        if (at - fromAt < EVERY) {
            return;
        }
        LatencyHistogram first = now.firstToken().since(from.firstToken());
        LatencyHistogram between = now.betweenTokens().since(from.betweenTokens());
        boolean known = from != EngineTotals.NONE;
        if (known && first.count() < ENOUGH && between.count() < ENOUGH && at - fromAt < LONGEST) {
            return;
        }
        from = now;
        fromAt = at;
        if (!known) {
            return;
        }
        double strain = Math.max(strain(targets.ttft(), first), strain(targets.itl(), between));
        if (strain > 1) {
            most = Math.max(1, Math.min(Math.min(most, calls), Math.max(1, open)) * LESS);
        } else if (most < Double.POSITIVE_INFINITY && strain < WELL_BELOW) {
            most = most >= calls ? Double.POSITIVE_INFINITY : Math.max(most * MORE, most + 1.0 / 4);
        }
    }

    /** Returns the percentile as a multiple of its target; 0 if there is no target or too few times are known. */
    private static double strain(Optional<Duration> target, LatencyHistogram times) {
        return target.isEmpty() || times.count() < ENOUGH
                ? 0
                : times.quantile(PERCENTILE).orElse(0) * 1e9 / target.get().toNanos();
    }
}
