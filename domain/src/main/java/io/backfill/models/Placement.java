package io.backfill.models;

import java.net.URI;
import java.util.Map;

/**
 * Which endpoint gets which line.
 *
 * @param ranges each endpoint walks its own range of the plan; otherwise every call is placed by the scorers
 * @param cursors ranges per endpoint: 1 for an engine; a few for each engine behind a router
 * @param scorers weight of each scorer, by name
 * @param contextLengths what endpoints are meant for, where they say so
 */
public record Placement(
        boolean ranges,
        int cursors,
        Map<String, Double> scorers,
        HotSpots hotSpots,
        Map<URI, ContextLength> contextLengths) {
    /** The weights that spread hot prefixes as well as they keep caches warm. */
    public static final Map<String, Double> TUNED =
            Map.of("active-request", 4.0, "kv-cache-utilization", 2.0, "prefix-cache", 2.0);

    public static final Placement RANGES = new Placement(true, 1, TUNED);

    public Placement {
        scorers = Map.copyOf(scorers);
        contextLengths = Map.copyOf(contextLengths);
        if (cursors < 1 || cursors > 256) {
            throw new IllegalArgumentException("cursors must be 1 to 256, not " + cursors);
        }
    }

    /** With the usual safeguards, and endpoints that are meant for any prompt. */
    public Placement(boolean ranges, int cursors, Map<String, Double> scorers) {
        this(ranges, cursors, scorers, HotSpots.DEFAULT, Map.of());
    }

    /** The same, on endpoints that are meant for these prompts. */
    public Placement withContextLengths(Map<URI, ContextLength> others) {
        return new Placement(ranges, cursors, scorers, hotSpots, others);
    }
}
