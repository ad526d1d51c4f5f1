package io.backfill.models;

/**
 * What keeps calls with the same prefix from piling up at the endpoint that is warm for it. Counts only where the scorer
 * {@code prefix-cache} has a weight. Both are those of llm-d's {@code prefix-cache-affinity-filter}.
 *
 * @param explore percent of the calls, 0 to 100, that are placed without regard to prefixes, so that a prefix becomes warm elsewhere
 * @param mostBehind prompt tokens, of this node's open calls, by which the warmest endpoint may be behind the least loaded one;
 *     beyond that prefixes do not count
 */
public record HotSpots(int explore, int mostBehind) {
    /** No exploring; 18 s at 15,928 prompt tokens per second, llm-d's figure for a model of 32B on two H100. */
    public static final HotSpots DEFAULT = new HotSpots(0, 286_704);

    public HotSpots {
        if (explore < 0 || explore > 100) {
            throw new IllegalArgumentException("explore must be 0 to 100, not " + explore);
        }
        if (mostBehind < 0) {
            throw new IllegalArgumentException("most-behind must not be negative");
        }
    }
}
