package io.backfill.models;

import java.net.URI;
import java.util.Map;

/**
 * How lines are assigned to replicas.
 *
 * @param ranges whether each replica processes its own range of the plan; otherwise the scorers place every call
 * @param cursors ranges per replica: 1 for an engine, a few for each engine behind a router
 * @param scorers weight of each scorer, by name
 * @param contextLengths prompt lengths that replicas are intended for, where configured
 */
public record Placement(
        boolean ranges,
        int cursors,
        Map<String, Double> scorers,
        HotPrefixGuard hotPrefixGuard,
        Map<URI, ContextLength> contextLengths) {
    /** Weights that balance keeping caches warm against spreading hot prefixes. */
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

    /** Creates a placement with the default safeguards and no preferred prompt lengths. */
    public Placement(boolean ranges, int cursors, Map<String, Double> scorers) {
        this(ranges, cursors, scorers, HotPrefixGuard.DEFAULT, Map.of());
    }

    /** Returns this placement with other preferred prompt lengths. */
    public Placement withContextLengths(Map<URI, ContextLength> others) {
        return new Placement(ranges, cursors, scorers, hotPrefixGuard, others);
    }
}
