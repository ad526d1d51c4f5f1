package io.backfill.replicas;

import java.util.Optional;
import java.util.OptionalLong;

/**
 * Measures the rate at which an engine works, and the mean number of calls in it, between two moments. The engine's own totals are
 * used if it reports them, because they also count work in progress and the work of others; otherwise the calls that it served. Work
 * is in units of an uncached prompt token.
 */
final class RateWindow {
    /** Work of a generated token, as in {@link io.backfill.plan.EntryCost}. */
    private static final double OUTPUT_TOKEN = 8;

    /**
     * One moment.
     *
     * @param at nano time
     * @param callSeconds integral of this node's open calls
     * @param totals of the engine at the last poll, at that time
     * @param served work of the calls that were served
     */
    record Moment(long at, double callSeconds, EngineTotals totals, double served) {
        boolean hasTotals() {
            return totals.promptTokens().isPresent() && totals.generatedTokens().isPresent();
        }
    }

    /**
     * A measurement.
     *
     * @param calls mean number of this node's open calls
     * @param rate work per second
     */
    record Sample(double calls, double rate) {}

    private RateWindow() {}

    /**
     * Returns what happened between two moments; empty if that cannot be told, because the engine was restarted or began or ceased to
     * report totals.
     *
     * @param cached share of prompt tokens that are found in the engine's cache
     */
    static Optional<Sample> between(Moment from, Moment to, double cached) {
        double seconds = (to.at() - from.at()) / 1e9;
        double work;
        if (from.hasTotals() && to.hasTotals()) {
            long prompt = difference(from.totals().promptTokens(), to.totals().promptTokens());
            long output =
                    difference(from.totals().generatedTokens(), to.totals().generatedTokens());
            if (prompt < 0 || output < 0) {
                return Optional.empty();
            }
            work = prompt * (1 - cached) + output * OUTPUT_TOKEN;
        } else if (from.hasTotals() || to.hasTotals()) {
            return Optional.empty();
        } else {
            work = to.served() - from.served();
        }
        return seconds <= 0 || work <= 0
                ? Optional.empty()
                : Optional.of(new Sample((to.callSeconds() - from.callSeconds()) / seconds, work / seconds));
    }

    private static long difference(OptionalLong from, OptionalLong to) {
        return to.orElse(0) - from.orElse(0);
    }
}
