package io.backfill.models;

/**
 * The lengths of prompts that an endpoint is meant for, both ends included. Unit: tokens. A preference, not a limit: other prompts
 * go there, too, when nothing suits them better.
 */
public record ContextLength(int min, int max) {
    public ContextLength {
        if (min < 0 || max < min) {
            throw new IllegalArgumentException(
                    "a context length is from 0 or more up to no less, not " + min + "-" + max);
        }
    }

    /** Tokens between the two ends. */
    public int width() {
        return max - min;
    }

    /** Tokens that a prompt of this length is too short or too long by; 0 when it is in range. */
    public int distance(int promptTokens) {
        return Math.max(0, Math.max(min - promptTokens, promptTokens - max));
    }
}
