package io.backfill.simulator.engine;

/**
 * One model's load.
 *
 * @param running requests being computed
 * @param waiting requests taken in but not yet scheduled
 * @param kvCacheUsage share of the KV cache in use, 0 to 1
 */
public record EngineLoad(int running, int waiting, double kvCacheUsage) {}
