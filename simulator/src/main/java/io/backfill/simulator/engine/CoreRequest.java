package io.backfill.simulator.engine;

import java.util.Comparator;

/**
 * One sequence inside an {@link EngineCore}: what it asks for and how far it has got. Belongs to one core and to its
 * thread.
 */
public final class CoreRequest {
    enum State {
        NEW,
        WAITING,
        RUNNING,
        FINISHED,
        CANCELLED
    }

    /** Urgent first; among equals the one that came first, so that preempted work is resumed before newer work. */
    static final Comparator<CoreRequest> ORDER =
            Comparator.comparingInt((CoreRequest r) -> r.priority).thenComparingLong(r -> r.arrival);

    final long[] promptBlocks;
    final int priority;
    State state = State.NEW;
    long arrival;
    int[] blocks = {};

    /** Leading blocks that are in the hash table, found there or put there. */
    int published;

    /** Tokens whose KV is in the blocks, and those the current step adds. */
    int computed;

    int scheduled;
    int generated;
    private final int promptTokens;
    private final int outputTokens;
    private final Object tag;
    private int cachedTokens = -1;

    /**
     * A request that has not been submitted.
     *
     * @param promptBlocks chained hashes of the full blocks of the prompt; kept, not copied. Fewer than the prompt has
     *     means that the rest never hits
     * @param promptTokens at least 1
     * @param outputTokens tokens to generate; 0 ends with the prompt, as embeddings do
     * @param priority lower is earlier; 0 unless the engine schedules by priority
     * @param tag whatever the caller wants to find again
     */
    public CoreRequest(long[] promptBlocks, int promptTokens, int outputTokens, int priority, Object tag) {
        if (promptTokens < 1 || outputTokens < 0) {
            throw new IllegalArgumentException("a prompt has at least 1 token, an output at least 0");
        }
        this.promptBlocks = promptBlocks;
        this.promptTokens = promptTokens;
        this.outputTokens = outputTokens;
        this.priority = priority;
        this.tag = tag;
    }

    public Object tag() {
        return tag;
    }

    public int promptTokens() {
        return promptTokens;
    }

    public int outputTokens() {
        return outputTokens;
    }

    public int priority() {
        return priority;
    }

    /** Tokens generated so far. */
    public int generated() {
        return generated;
    }

    /** Prompt tokens found in the cache when the request was first scheduled; 0 before. */
    public int cachedTokens() {
        return Math.max(0, cachedTokens);
    }

    /** Remembers the hit of the first admission only: what a resumed request finds is its own. */
    boolean firstAdmission(int hitTokens) {
        boolean first = cachedTokens < 0;
        if (first) {
            cachedTokens = hitTokens;
        }
        return first;
    }

    int contextTokens() {
        return promptTokens + generated;
    }

    int missingTokens() {
        return promptTokens + generated - computed;
    }

    boolean decodes() {
        return generated > 0 && missingTokens() == 1;
    }
}
