package io.backfill.models;

/**
 * Limits how many calls with the same prefix go to the replica whose cache is warm for it. Applies only if the scorer
 * {@code prefix-cache} has a weight. Both parameters are those of llm-d's {@code prefix-cache-affinity-filter}.
 *
 * @param explore percentage of calls, 0 to 100, that are placed without regard to prefixes, so that a prefix becomes warm on other
 *     replicas
 * @param mostBehind number of prompt tokens in this node's open calls by which the warmest replica may exceed the least loaded
 *     one; above it prefixes are ignored
 */
public record HotPrefixGuard(int explore, int mostBehind) {
    /** No exploration; 18 s at 15,928 prompt tokens per second, llm-d's figure for a model of 32B on two H100. */
    public static final HotPrefixGuard DEFAULT = new HotPrefixGuard(0, 286_704);

    public HotPrefixGuard {
        if (explore < 0 || explore > 100) {
            throw new IllegalArgumentException("explore must be 0 to 100, not " + explore);
        }
        if (mostBehind < 0) {
            throw new IllegalArgumentException("most-behind must not be negative");
        }
    }
}
