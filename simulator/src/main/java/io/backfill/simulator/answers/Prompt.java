package io.backfill.simulator.answers;

import io.backfill.simulator.engine.PromptBlocks;

/**
 * One prompt.
 *
 * @param hash of its content, independent of its position
 * @param tokens an estimate of four characters per token, or the exact number if token ids were sent; with an engine
 *     that has a cache, the number in its canonical bytes
 * @param start its first characters, for answers that quote them
 * @param blocks its full blocks; none without an engine that has a cache
 */
record Prompt(long hash, int tokens, String start, PromptBlocks blocks) {}
