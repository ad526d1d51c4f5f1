package io.backfill.batches;

/** Numbers of tokens, summed over successful lines. */
public record Usage(long inputTokens, long cachedTokens, long outputTokens, long reasoningTokens, long totalTokens) {
    public static final Usage NONE = new Usage(0, 0, 0, 0, 0);

    public Usage plus(Usage other) {
        return new Usage(
                inputTokens + other.inputTokens,
                cachedTokens + other.cachedTokens,
                outputTokens + other.outputTokens,
                reasoningTokens + other.reasoningTokens,
                totalTokens + other.totalTokens);
    }
}
