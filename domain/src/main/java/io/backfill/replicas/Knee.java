package io.backfill.replicas;

/**
 * How the throughput of an engine grows with the calls in it: {@code rate(n) = best · (1 − e^(−n / scale))}. Throughput rises almost
 * linearly while the engine has room, and levels off once it has not; the bend is the knee. One number describes its place, and two
 * rates measured at different numbers of calls determine it. What the best rate is does not matter, so the prompts may change between
 * one pair of measurements and the next. Not thread-safe.
 */
final class Knee {
    /** Weight of a new estimate. The first ones count more. */
    private static final double WEIGHT = 0.3;

    /** Smallest and largest part of a proportional gain that is believed: rates are measured to a few percent. */
    private static final double LEAST_GAIN = 0.01;

    /** Number of estimates from which on a gain that is too small to be measured is one estimate among others. */
    private static final int SEARCH = 6;

    private static final double MOST_GAIN = 0.9;

    /** Steps of the bisection; enough for a thousandth. */
    private static final int STEPS = 24;

    private double scale;
    private int estimates;
    private boolean bounded;

    boolean isKnown() {
        return estimates > 0;
    }

    /** Whether only a bound is known, because the last two rates were alike: the knee is somewhere below. */
    boolean isBelow() {
        return bounded && estimates < SEARCH;
    }

    /**
     * Takes two measurements into account that were made one after the other.
     *
     * @param few mean number of calls in the engine at the first rate, positive
     * @param more mean number of calls in the engine at the second rate, above {@code few}
     */
    void learn(double few, double rateOfFew, double more, double rateOfMore) {
        double proportional = more / few - 1;
        double gain = Math.clamp((rateOfMore / rateOfFew - 1) / proportional, LEAST_GAIN, MOST_GAIN);
        double low = few / 8;
        double high = more * 32;
        for (int i = 0; i < STEPS; i++) {
            double middle = Math.sqrt(low * high);
            if ((level(more / middle) / level(few / middle) - 1) / proportional < gain) {
                low = middle;
            } else {
                high = middle;
            }
        }
        boolean onlyBoundsBefore = isBelow();
        estimates++;
        bounded = gain == LEAST_GAIN;
        double weight = onlyBoundsBefore || isBelow() ? 1 : Math.max(1.0 / estimates, WEIGHT);
        scale = estimates == 1 ? low : Math.exp(Math.log(scale) * (1 - weight) + Math.log(low) * weight);
    }

    /**
     * Returns the number of calls in the engine that reaches that share of its rate with {@code most} calls.
     *
     * @param share above 0 and below 1
     */
    double callsFor(double share, double most) {
        return -scale * Math.log(1 - share * level(most / scale));
    }

    /** Returns how many times as long a call takes with {@code more} calls in the engine as with {@code few}, by Little's law. */
    double slowdown(double few, double more) {
        return isKnown() ? more / few * level(few / scale) / level(more / scale) : more / few;
    }

    private static double level(double scales) {
        return -Math.expm1(-scales);
    }
}
