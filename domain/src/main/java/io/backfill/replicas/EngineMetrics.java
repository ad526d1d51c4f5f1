package io.backfill.replicas;

import java.util.OptionalInt;

/**
 * The metrics of an engine at one moment.
 *
 * @param running sequences being computed, including those of this node
 * @param waiting requests in the queue
 * @param kvUsage share of the KV cache in use, 0 to 1; 0 if not reported
 * @param cacheBlocks size of the KV cache in blocks of 16 tokens, if reported
 * @param totals what the engine has done since it was started
 */
public record EngineMetrics(int running, int waiting, double kvUsage, OptionalInt cacheBlocks, EngineTotals totals) {}
