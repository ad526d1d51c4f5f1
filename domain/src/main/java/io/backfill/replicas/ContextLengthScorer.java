package io.backfill.replicas;

import io.backfill.models.ContextLength;

/**
 * Scores how well the prompt's length fits the range that the replica is intended for. In range the score is 0.3 to 1, higher for
 * narrower ranges. Out of range it is below 0.3 and decreases with the distance. Without a configured range it is 0.5. Bounds and
 * scale are those of llm-d.
 */
final class ContextLengthScorer implements Scorer {
    static final String NAME = "context-length";

    private static final double NEUTRAL = 0.5;
    private static final double OUT_OF_RANGE = 0.3;
    /** Width or distance, in tokens, that halves the variable part of the score. */
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
