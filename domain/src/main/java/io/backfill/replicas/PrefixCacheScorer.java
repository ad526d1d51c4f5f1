package io.backfill.replicas;

/** Scores the share of the prompt's blocks that the replica was sent before. */
final class PrefixCacheScorer implements Scorer {
    static final String NAME = "prefix-cache";

    @Override
    public double score(Candidate candidate) {
        return candidate.blocks() == 0 ? 0 : (double) candidate.matchedBlocks() / candidate.blocks();
    }
}
