package io.backfill.replicas;

import java.util.OptionalInt;

/**
 * What an engine says of itself at one moment.
 *
 * @param running sequences that are computed, ours included
 * @param waiting requests that are not
 * @param kvUsage share of the KV cache in use, 0 to 1
 * @param cacheBlocks size of the KV cache in blocks of 16 tokens, where it says so
 */
public record EngineMetrics(int running, int waiting, double kvUsage, OptionalInt cacheBlocks) {}
