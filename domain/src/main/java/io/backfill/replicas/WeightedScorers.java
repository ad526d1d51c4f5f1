package io.backfill.replicas;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** The available scorers by their names in models.yaml, and the weighted scorers of one placement. */
public final class WeightedScorers {
    private static final Map<String, Scorer> ALL = new LinkedHashMap<>();

    static {
        ALL.put(PrefixCacheScorer.NAME, new PrefixCacheScorer());
        ALL.put(QueueScorer.NAME, new QueueScorer());
        ALL.put(KvCacheUtilizationScorer.NAME, new KvCacheUtilizationScorer());
        ALL.put(ActiveRequestScorer.NAME, new ActiveRequestScorer());
        ALL.put(LoadAwareScorer.NAME, new LoadAwareScorer());
        ALL.put(SessionAffinityScorer.NAME, new SessionAffinityScorer());
        ALL.put(ContextLengthScorer.NAME, new ContextLengthScorer());
    }

    private record Weighted(Scorer scorer, double weight) {}

    private final List<Weighted> weighted = new ArrayList<>();
    private final boolean byPrefix;
    private final boolean bySession;

    /** Selects the scorers with a weight. Their order is fixed, so that sums of the same scores are equal. */
    WeightedScorers(Map<String, Double> weights) {
        ALL.forEach((name, scorer) -> {
            double weight = weights.getOrDefault(name, 0.0);
            if (weight > 0) {
                weighted.add(new Weighted(scorer, weight));
            }
        });
        byPrefix = weights.getOrDefault(PrefixCacheScorer.NAME, 0.0) > 0;
        bySession = weights.getOrDefault(SessionAffinityScorer.NAME, 0.0) > 0;
    }

    /** Returns the names that can have weights in models.yaml. */
    public static Set<String> names() {
        return Set.copyOf(ALL.keySet());
    }

    /** Whether the scores depend on the prefixes that a replica was sent. */
    boolean byPrefix() {
        return byPrefix;
    }

    /** Whether the scores depend on where a session was sent. */
    boolean bySession() {
        return bySession;
    }

    /** Returns the weighted sum of the scores, each clamped to 0..1. */
    double total(Candidate candidate) {
        double sum = 0;
        for (Weighted each : weighted) {
            sum += each.weight * Math.clamp(each.scorer.score(candidate), 0.0, 1.0);
        }
        return sum;
    }
}
