package io.backfill.replicas;

import io.backfill.models.ContextLength;

/**
 * How well the prompt's length is what the replica is meant for: 0.3 to 1 in range, the tighter the better; below 0.3 out of range,
 * the farther the worse; 0.5 where the replica does not say. Bounds and scale are llm-d's.
 */
final class ContextLengthScorer implements Scorer {
    static final String NAME = "context-length";

    private static final double NEUTRAL = 0.5;
    private static final double OUT_OF_RANGE = 0.3;
    /** Tokens of width, or of distance, that halve what a range is worth. */
    private static final double SCALE = 10_000;

    @Override
    public double score(Candidate candidate) {
        if (candidate.contextLength().isEmpty()) {
            return NEUTRAL;
        }
        ContextLength meant = candidate.contextLength().get();
        int distance = meant.distance(candidate.promptTokens());
        return distance == 0
                ? OUT_OF_RANGE + (1 - OUT_OF_RANGE) / (1 + meant.width() / SCALE)
                : OUT_OF_RANGE / (1 + distance / SCALE);
    }
}
