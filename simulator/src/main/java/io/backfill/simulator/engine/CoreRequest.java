package io.backfill.simulator.engine;

import java.util.Comparator;

/**
 * One sequence inside an {@link EngineCore}: its parameters and its progress. Belongs to one core and to its thread.
 */
public final class CoreRequest {
    enum State {
        NEW,
        WAITING,
        RUNNING,
        FINISHED,
        CANCELLED
    }

    /** Most urgent first; among equals in order of arrival, so that preempted work is resumed before newer work. */
    static final Comparator<CoreRequest> ORDER =
            Comparator.comparingInt((CoreRequest r) -> r.priority).thenComparingLong(r -> r.arrival);

    final long[] promptBlocks;
    final int priority;
    State state = State.NEW;
    long arrival;

    /** The blocks of the cache that the request holds: the first {@link #held} elements. */
    int[] blocks = {};

    int held;

    /** Number of leading blocks in the hash table, whether found there or added. */
    int published;

    /** Tokens whose KV entries are in the blocks, and those that the current step adds. */
    int computed;

    int scheduled;
    int generated;
    private final int promptTokens;
    private final int outputTokens;
    private final Object tag;
    private int cachedTokens = -1;

    /**
     * Creates a request that is not yet submitted.
     *
     * @param promptBlocks chained hashes of the full blocks of the prompt; kept, not copied. If there are fewer hashes
     *     than full blocks, no other request finds the remaining blocks
     * @param promptTokens at least 1
     * @param outputTokens tokens to generate; 0 ends with the prompt, as for embeddings
     * @param priority lower is earlier; 0 unless the engine schedules by priority
     * @param tag an object of the caller's choice
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

    /** Returns the number of tokens generated so far. */
    public int generated() {
        return generated;
    }

    /** Returns the prompt tokens found in the cache when the request was first scheduled; 0 before. */
    public int cachedTokens() {
        return Math.max(0, cachedTokens);
    }

    /** Records the hit of the first admission only: a resumed request would find its own blocks. */
    boolean firstAdmission(int hitTokens) {
        boolean first = cachedTokens < 0;
        if (first) {
            cachedTokens = hitTokens;
        }
        return first;
    }

    /**
     * Returns the hash of the content of a block. A block with generated tokens can be found only by this request, after
     * it was preempted.
     */
    long blockHash(int block) {
        return block < promptBlocks.length ? promptBlocks[block] : Mixing.mix(Mixing.mix(~arrival) + block);
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
