package io.backfill.benchmarks;

import java.util.Optional;

/**
 * One row of a result.
 *
 * @param value NaN when it could not be measured
 * @param yardstick what the value is compared with, in the same unit
 * @param ratio value to yardstick
 * @param target as text with its comparison, such as {@code <= 50}
 * @param ok whether the target was met; true where there is none
 */
record Measure(
        String measure,
        double value,
        String unit,
        Optional<Double> yardstick,
        Optional<Double> ratio,
        Optional<String> target,
        boolean ok) {

    /** A plain figure. */
    static Measure of(String measure, double value, String unit) {
        return new Measure(measure, value, unit, Optional.empty(), Optional.empty(), Optional.empty(), true);
    }

    /** A figure that should not be exceeded. */
    static Measure atMost(String measure, double value, String unit, double limit) {
        return new Measure(
                measure,
                value,
                unit,
                Optional.empty(),
                Optional.empty(),
                Optional.of("<= " + plain(limit)),
                value <= limit);
    }

    /** A figure beside what it is compared with, in the same unit, that should reach at least {@code leastRatio} of it. */
    static Measure against(String measure, double value, String unit, double yardstick, double leastRatio) {
        double ratio = value / yardstick;
        return new Measure(
                measure,
                value,
                unit,
                Optional.of(yardstick),
                Optional.of(ratio),
                Optional.of(">= " + plain(leastRatio) + " x"),
                ratio >= leastRatio);
    }

    /** A figure beside what it is compared with, that should be at most {@code mostRatio} of it. */
    static Measure within(String measure, double value, String unit, double yardstick, double mostRatio) {
        double ratio = value / yardstick;
        return new Measure(
                measure,
                value,
                unit,
                Optional.of(yardstick),
                Optional.of(ratio),
                Optional.of("<= " + plain(mostRatio) + " x"),
                ratio <= mostRatio);
    }

    /** A figure beside what it is compared with, without a target. */
    static Measure beside(String measure, double value, String unit, double yardstick) {
        return new Measure(
                measure, value, unit, Optional.of(yardstick), Optional.of(value / yardstick), Optional.empty(), true);
    }

    /** A number without a superfluous fraction. */
    static String plain(double number) {
        return number == Math.rint(number) && Math.abs(number) < 1e15
                ? Long.toString((long) number)
                : String.format(java.util.Locale.ROOT, "%.3f", number);
    }
}
