package io.backfill.simulator.engine;

import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;

/**
 * Parameters of a modeled engine: one model on one accelerator.
 *
 * @param name of this set of parameters, for reports
 * @param blocks size of the KV cache
 * @param blockTokens tokens per block
 * @param maxBatchedTokens maximum tokens computed in one step, decodes and prefills together
 * @param maxSequences maximum number of running requests, at most {@code maxBatchedTokens}
 * @param prefixCaching whether the blocks of a finished request can be reused by later requests
 * @param priorityScheduling whether {@code priority} is honored: lower first, and when blocks run out, the highest
 *     number gives way
 * @param times durations of steps
 * @param api work of the process in front of the engine; only models in virtual time count it
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
        StepTimes times,
        ApiTimes api,
        int maxQueued) {
    /**
     * A model of 8 billion parameters, bf16, on one H100 with 80 GB: 53 GiB of cache at 128 KiB a token; prompts at half
     * of 989 TFLOPS; 16 GB of weights read in each step.
     */
    public static final EngineParameters H100_8B = new EngineParameters(
            "h100-8b",
            27_000,
            16,
            8192,
            256,
            true,
            false,
            new StepTimes(0.007, 32_000, Double.POSITIVE_INFINITY, 131_072, 2.7e12, 20e-6),
            ApiTimes.NONE,
            0);

    /**
     * A model of 7 million parameters, bf16, in vLLM 0.32 on two cores of a CPU, with a KV cache of 15,360 tokens. Fitted to
     * recorded runs, as {@code simulator/README.md} describes.
     */
    public static final EngineParameters VLLM_CPU_TINY = new EngineParameters(
            "vllm-cpu-tiny",
            120,
            128,
            2048,
            64,
            true,
            false,
            new StepTimes(0.0040, 12_000, 320e6, 2048, 4.6e9, 170e-6),
            new ApiTimes(0.0012, 3.6e-6, 20e-6),
            0);

    private static final List<EngineParameters> ALL = List.of(H100_8B, VLLM_CPU_TINY);

    public EngineParameters {
        if (blocks < 1 || blockTokens < 1 || maxSequences < 1 || maxQueued < 0) {
            throw new IllegalArgumentException("blocks, blockTokens and maxSequences must be at least 1, maxQueued 0");
        }
        if (maxBatchedTokens < maxSequences) {
            throw new IllegalArgumentException("a step computes one token per sequence: " + maxBatchedTokens
                    + " tokens are too few for " + maxSequences + " sequences");
        }
    }

    /** Returns the set of that name. Throws {@link IllegalArgumentException} that lists the known sets. */
    public static EngineParameters named(String name) {
        for (EngineParameters known : ALL) {
            if (known.name().equals(name)) {
                return known;
            }
        }
        throw new IllegalArgumentException("no engine parameters '" + name + "'; known: "
                + ALL.stream().map(EngineParameters::name).collect(Collectors.joining(", ")));
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

    public EngineParameters withTimes(StepTimes newTimes) {
        return new EngineParameters(
                name,
                blocks,
                blockTokens,
                maxBatchedTokens,
                maxSequences,
                prefixCaching,
                priorityScheduling,
                newTimes,
                api,
                maxQueued);
    }

    /** Returns the number of blocks that hold {@code tokens} tokens. */
    public int blocksOf(int tokens) {
        return Math.ceilDiv(tokens, blockTokens);
    }

    private EngineParameters with(
            int newBlocks, int batchedTokens, int sequences, boolean caching, boolean priorities, int queued) {
        return new EngineParameters(
                name, newBlocks, blockTokens, batchedTokens, sequences, caching, priorities, times, api, queued);
    }

    /** Returns all parameters in one line, for reports. */
    @Override
    public String toString() {
        return String.format(
                Locale.ROOT,
                "%s: %d blocks of %d tokens, %d tokens and %d sequences a step, prefix caching %s, scheduling %s, %s, queue %s",
                name,
                blocks,
                blockTokens,
                maxBatchedTokens,
                maxSequences,
                prefixCaching ? "on" : "off",
                priorityScheduling ? "priority" : "fcfs",
                times,
                maxQueued == 0 ? "unbounded" : "of " + maxQueued);
    }
}
