package io.backfill.simulator.engine;

/**
 * What one model's engine has done since its start.
 *
 * @param parameters it runs with
 * @param queriedTokens prompt tokens looked up in the prefix cache
 * @param cachedTokens those of them that were there
 * @param preemptions times that running work gave way
 * @param firstToken seconds from receipt to the first token, as the client's clock sees them
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
