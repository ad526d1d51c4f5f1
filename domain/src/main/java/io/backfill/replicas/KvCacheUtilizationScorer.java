package io.backfill.replicas;

/** Share of the engine's KV cache that is free. */
final class KvCacheUtilizationScorer implements Scorer {
    static final String NAME = "kv-cache-utilization";

    @Override
    public double score(Candidate candidate) {
        return 1 - candidate.kvUsage();
    }
}
