package io.backfill.models;

/**
 * The range of prompt lengths, in tokens and inclusive, that a replica is intended for. It is a preference, not a limit: other
 * prompts are sent there as well if no replica suits them better.
 */
public record ContextLength(int min, int max) {
    public ContextLength {
        if (min < 0 || max < min) {
            throw new IllegalArgumentException(
                    "the range of a context length needs 0 <= min <= max, not " + min + "-" + max);
        }
    }

    /** Returns the number of tokens between the two bounds. */
    public int width() {
        return max - min;
    }

    /** Returns by how many tokens a prompt of this length is outside of the range; 0 if it is in range. */
    public int distance(int promptTokens) {
        return Math.max(0, Math.max(min - promptTokens, promptTokens - max));
    }
}
