package io.backfill.simulator.engine;

/**
 * Statistics of one model's cache and scheduler since the start of the engine.
 *
 * @param parameters of the engine
 * @param queriedTokens prompt tokens looked up in the prefix cache
 * @param cachedTokens prompt tokens found there
 * @param preemptions number of preemptions
 */
public record EngineStatistics(EngineParameters parameters, long queriedTokens, long cachedTokens, long preemptions) {}
