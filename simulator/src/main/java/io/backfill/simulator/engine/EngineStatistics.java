package io.backfill.simulator.engine;

/**
 * Statistics of one model's engine since its start.
 *
 * @param parameters of the engine
 * @param queriedTokens prompt tokens looked up in the prefix cache
 * @param cachedTokens prompt tokens found there
 * @param preemptions number of preemptions
 * @param firstToken seconds from receipt to the first token, in real time
 * @param interToken seconds between two tokens of a sequence
 * @param endToEnd seconds from receipt to the last token
 */
public record EngineStatistics(
        EngineParameters parameters,
        long queriedTokens,
        long cachedTokens,
        long preemptions,
        Histogram firstToken,
        Histogram interToken,
        Histogram endToEnd) {}
