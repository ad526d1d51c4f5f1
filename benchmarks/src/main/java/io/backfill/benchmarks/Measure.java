package io.backfill.benchmarks;

import java.util.Optional;

/**
 * One row of a result.
 *
 * @param value NaN if it could not be measured
 * @param yardstick the value to compare with, in the same unit
 * @param ratio ratio of value to yardstick
 * @param target as text with its comparison, such as {@code <= 50}
 * @param ok whether the target was met; true if there is none
 */
record Measure(
        String measure,
        double value,
        String unit,
        Optional<Double> yardstick,
        Optional<Double> ratio,
        Optional<String> target,
        boolean ok) {

    /** Returns a row without a target. */
    static Measure of(String measure, double value, String unit) {
        return new Measure(measure, value, unit, Optional.empty(), Optional.empty(), Optional.empty(), true);
    }

    /** Returns a row whose value should not exceed {@code limit}. */
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

    /** Returns a row whose value should be at least {@code leastRatio} of {@code yardstick}, in the same unit. */
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

    /** Returns a row whose value should be at most {@code mostRatio} of {@code yardstick}. */
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

    /** Returns a row that compares a value with {@code yardstick}, without a target. */
    static Measure beside(String measure, double value, String unit, double yardstick) {
        return new Measure(
                measure, value, unit, Optional.of(yardstick), Optional.of(value / yardstick), Optional.empty(), true);
    }

    /** Formats a number without superfluous decimals. */
    static String plain(double number) {
        return number == Math.rint(number) && Math.abs(number) < 1e15
                ? Long.toString((long) number)
                : String.format(java.util.Locale.ROOT, "%.3f", number);
    }
}
