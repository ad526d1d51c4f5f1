package io.backfill.replicas;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;

/**
 * How the throughput of an engine grows with the calls in it: {@code rate(n) = best · (1 − e^(−n / scale))}. Throughput rises almost
 * linearly while the engine has room, and levels off once it has not; the bend is the knee. One number describes its place. It is the
 * one that fits the measured rates best (least squares of their logarithms), where later measurements count more. A single measurement
 * of a few seconds is off by a tenth, so two of them alone would place the knee anywhere between half and twice its calls. Not
 * thread-safe. Times are nano times.
 */
final class Knee {
    /** Measurements that are kept at most. */
    private static final int MOST = 40;

    /** Time in which the weight of a measurement is halved, so that other prompts or another engine are learned in a few of these. */
    private static final double HALF_LIFE = Duration.ofMinutes(2).toNanos();

    /** Ratio between the most and the fewest calls from which on rates say something about the place. */
    private static final double APART = 1.2;

    /** Scales that are tried lie between this part of the fewest calls and that multiple of the most. */
    private static final double LOWEST = 1.0 / 8;

    private static final double HIGHEST = 32;
    private static final int STEPS = 96;

    /** Number of scales in the fewest calls that were measured from which on all rates are alike. */
    private static final double FLAT = 4;

    private final Deque<Measured> measured = new ArrayDeque<>();
    private double scale;

    private record Measured(double calls, double rate, long at) {}

    boolean isKnown() {
        return scale > 0;
    }

    /** Whether all measured rates are alike, so that the knee is somewhere below. */
    boolean isBelow() {
        return isKnown() && fewest() > FLAT * scale;
    }

    /**
     * Takes a measurement into account.
     *
     * @param calls mean number of calls in the engine, positive
     * @param rate positive
     */
    void learn(double calls, double rate, long now) {
        if (measured.size() == MOST) {
            measured.removeFirst();
        }
        measured.addLast(new Measured(calls, rate, now));
        double most = measured.stream().mapToDouble(Measured::calls).max().orElseThrow();
        if (most < fewest() * APART) {
            return;
        }
        double low = fewest() * LOWEST;
        double factor = Math.pow(most * HIGHEST / low, 1.0 / STEPS);
        double least = Double.POSITIVE_INFINITY;
        for (int step = 0; step <= STEPS; step++) {
            double tried = low * Math.pow(factor, step);
            double error = error(tried, now);
            if (error < least) {
                least = error;
                scale = tried;
            }
        }
    }

    private double fewest() {
        return measured.stream().mapToDouble(Measured::calls).min().orElse(0);
    }

    /** Returns the weighted variance of the logarithm of what the best rate would be by each measurement. */
    private double error(double tried, long now) {
        double weights = 0;
        double sum = 0;
        double squares = 0;
        for (Measured one : measured) {
            double weight = Math.pow(0.5, (now - one.at()) / HALF_LIFE);
            double best = Math.log(one.rate() / level(one.calls() / tried));
            weights += weight;
            sum += weight * best;
            squares += weight * best * best;
        }
        return squares / weights - (sum / weights) * (sum / weights);
    }

    /**
     * Returns the number of calls in the engine that reaches that share of its rate with {@code most} calls.
     *
     * @param share above 0 and below 1
     */
    double callsFor(double share, double most) {
        return -scale * Math.log1p(-share * level(most / scale));
    }

    /** Returns how many times as long a call takes with {@code more} calls in the engine as with {@code few}, by Little's law. */
    double slowdown(double few, double more) {
        return isKnown() ? more / few * level(few / scale) / level(more / scale) : more / few;
    }

    private static double level(double scales) {
        return -Math.expm1(-scales);
    }
}
