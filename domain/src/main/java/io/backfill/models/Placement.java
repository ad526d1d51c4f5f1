package io.backfill.models;

import java.util.Map;

/**
 * Which endpoint gets which line.
 *
 * @param ranges each endpoint walks its own range of the plan; otherwise every call is placed by the scorers
 * @param cursors ranges per endpoint: 1 for an engine; a few for each engine behind a router
 * @param scorers weight of each scorer, by name
 */
public record Placement(boolean ranges, int cursors, Map<String, Double> scorers) {
    /** The weights that spread hot prefixes as well as they keep caches warm. */
    public static final Map<String, Double> TUNED =
            Map.of("active-request", 4.0, "kv-cache-utilization", 2.0, "prefix-cache", 2.0);

    public static final Placement RANGES = new Placement(true, 1, TUNED);

    public Placement {
        scorers = Map.copyOf(scorers);
        if (cursors < 1 || cursors > 256) {
            throw new IllegalArgumentException("cursors must be 1 to 256, not " + cursors);
        }
    }
}
