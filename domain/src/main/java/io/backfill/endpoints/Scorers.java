package io.backfill.endpoints;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;

/** The scorers there are, by the names they have in models.yaml; formulas of llm-d's endpoint picker. */
public final class Scorers {
    private static final double LOAD_THRESHOLD = 128;

    private static final Map<String, Scorer> ALL = new LinkedHashMap<>();

    static {
        ALL.put(
                "prefix-cache",
                candidate -> candidate.blocks() == 0 ? 0 : (double) candidate.matchedBlocks() / candidate.blocks());
        ALL.put(
                "queue",
                candidate -> candidate.mostWaiting() == candidate.leastWaiting()
                        ? 1
                        : (double) (candidate.mostWaiting() - candidate.waiting())
                                / (candidate.mostWaiting() - candidate.leastWaiting()));
        ALL.put("kv-cache-utilization", candidate -> 1 - candidate.kvUsage());
        ALL.put(
                "active-request",
                candidate -> candidate.open() == 0
                        ? 1
                        : (double) (candidate.mostOpen() - candidate.open()) / candidate.mostOpen());
        ALL.put(
                "load-aware",
                candidate -> candidate.waiting() == 0
                        ? 0.5
                        : 0.5 * (1 - Math.min(candidate.waiting(), LOAD_THRESHOLD) / LOAD_THRESHOLD));
    }

    private Scorers() {}

    /** Names that models.yaml may give weights to. */
    public static Set<String> names() {
        return Set.copyOf(ALL.keySet());
    }

    /** Sum over the weighted scorers, each clamped to 0..1. */
    static double total(Map<String, Double> weights, Candidate candidate) {
        double sum = 0;
        for (Map.Entry<String, Double> weight : weights.entrySet()) {
            Scorer scorer = ALL.get(weight.getKey());
            if (scorer != null) {
                sum += weight.getValue() * Math.clamp(scorer.score(candidate), 0.0, 1.0);
            }
        }
        return sum;
    }
}
