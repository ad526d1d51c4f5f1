package io.backfill.simulator.engine;

import java.util.Locale;

/**
 * Parameters of a modeled engine: one model on one accelerator. A step takes
 * {@code stepSeconds + prefill tokens / prefillTokensPerSecond + KV bytes read by decodes / kvBytesPerSecond + sequences * perSequenceSeconds}.
 *
 * @param name of this set of parameters, for reports
 * @param blocks size of the KV cache
 * @param blockTokens tokens per block
 * @param maxBatchedTokens maximum tokens computed in one step, decodes and prefills together
 * @param maxSequences maximum number of running requests, at most {@code maxBatchedTokens}
 * @param prefixCaching whether the blocks of a finished request can be reused by later requests
 * @param priorityScheduling whether {@code priority} is honored: lower first, and work with a higher number is
 *     preempted
 * @param stepSeconds reading the weights and launching kernels, in every step
 * @param prefillTokensPerSecond compute rate of prompts
 * @param kvBytesPerToken cache bytes that a decode reads per token of its context
 * @param kvBytesPerSecond memory bandwidth available for these reads
 * @param perSequenceSeconds work per sequence of a step
 * @param maxQueued maximum number of waiting requests; further ones are rejected; 0 for no limit
 */
public record EngineParameters(
        String name,
        int blocks,
        int blockTokens,
        int maxBatchedTokens,
        int maxSequences,
        boolean prefixCaching,
        boolean priorityScheduling,
        double stepSeconds,
        double prefillTokensPerSecond,
        double kvBytesPerToken,
        double kvBytesPerSecond,
        double perSequenceSeconds,
        int maxQueued) {
    /**
     * A model of 8 billion parameters, bf16, on one H100 with 80 GB: 53 GiB of cache at 128 KiB a token; prompts at half
     * of 989 TFLOPS; 16 GB of weights read in each step.
     */
    public static final EngineParameters H100_8B = new EngineParameters(
            "h100-8b", 27_000, 16, 8192, 256, true, false, 0.007, 32_000, 131_072, 2.7e12, 20e-6, 0);

    public EngineParameters {
        if (blocks < 1 || blockTokens < 1 || maxSequences < 1 || maxQueued < 0) {
            throw new IllegalArgumentException("blocks, blockTokens and maxSequences must be at least 1, maxQueued 0");
        }
        if (maxBatchedTokens < maxSequences) {
            throw new IllegalArgumentException("a step computes one token per sequence: " + maxBatchedTokens
                    + " tokens are too few for " + maxSequences + " sequences");
        }
        if (!(stepSeconds >= 0 && perSequenceSeconds >= 0 && kvBytesPerToken >= 0)) {
            throw new IllegalArgumentException("times and sizes must not be negative");
        }
        if (!(prefillTokensPerSecond > 0 && kvBytesPerSecond > 0)) {
            throw new IllegalArgumentException("rates must be positive");
        }
    }

    /** Returns the set of that name. Throws {@link IllegalArgumentException} that lists the known sets. */
    public static EngineParameters named(String name) {
        if (name.equals(H100_8B.name())) {
            return H100_8B;
        }
        throw new IllegalArgumentException("no engine parameters '" + name + "'; known: " + H100_8B.name());
    }

    public EngineParameters withBlocks(int newBlocks) {
        return with(newBlocks, maxBatchedTokens, maxSequences, prefixCaching, priorityScheduling, maxQueued);
    }

    public EngineParameters withMaxBatchedTokens(int tokens) {
        return with(blocks, tokens, maxSequences, prefixCaching, priorityScheduling, maxQueued);
    }

    public EngineParameters withMaxSequences(int sequences) {
        return with(blocks, maxBatchedTokens, sequences, prefixCaching, priorityScheduling, maxQueued);
    }

    public EngineParameters withPrefixCaching(boolean on) {
        return with(blocks, maxBatchedTokens, maxSequences, on, priorityScheduling, maxQueued);
    }

    public EngineParameters withPriorityScheduling(boolean on) {
        return with(blocks, maxBatchedTokens, maxSequences, prefixCaching, on, maxQueued);
    }

    public EngineParameters withMaxQueued(int requests) {
        return with(blocks, maxBatchedTokens, maxSequences, prefixCaching, priorityScheduling, requests);
    }

    /** Returns the duration of one step in seconds. */
    public double stepSeconds(int prefillTokens, long contextTokensOfDecodes, int sequences) {
        return stepSeconds
                + prefillTokens / prefillTokensPerSecond
                + contextTokensOfDecodes * kvBytesPerToken / kvBytesPerSecond
                + sequences * perSequenceSeconds;
    }

    /** Returns the number of blocks that hold {@code tokens} tokens. */
    public int blocksOf(int tokens) {
        return Math.ceilDiv(tokens, blockTokens);
    }

    private EngineParameters with(
            int newBlocks, int batchedTokens, int sequences, boolean caching, boolean priorities, int queued) {
        return new EngineParameters(
                name,
                newBlocks,
                blockTokens,
                batchedTokens,
                sequences,
                caching,
                priorities,
                stepSeconds,
                prefillTokensPerSecond,
                kvBytesPerToken,
                kvBytesPerSecond,
                perSequenceSeconds,
                queued);
    }

    /** Returns all parameters in one line, for reports. */
    @Override
    public String toString() {
        return String.format(
                Locale.ROOT,
                "%s: %d blocks of %d tokens, %d tokens and %d sequences a step, prefix caching %s, scheduling %s,"
                        + " step %.1f ms + prefill at %.0f tokens/s + KV %.0f bytes/token at %.2f TB/s"
                        + " + %.0f us/sequence, queue %s",
                name,
                blocks,
                blockTokens,
                maxBatchedTokens,
                maxSequences,
                prefixCaching ? "on" : "off",
                priorityScheduling ? "priority" : "fcfs",
                stepSeconds * 1e3,
                prefillTokensPerSecond,
                kvBytesPerToken,
                kvBytesPerSecond / 1e12,
                perSequenceSeconds * 1e6,
                maxQueued == 0 ? "unbounded" : "of " + maxQueued);
    }
}
