package io.backfill.replicas;

/** Scores the free share of the engine's KV cache. */
final class KvCacheUtilizationScorer implements Scorer {
    static final String NAME = "kv-cache-utilization";

    @Override
    public double score(Candidate candidate) {
        return 1 - candidate.kvUsage();
    }
}
