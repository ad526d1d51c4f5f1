package io.backfill.simulator.answers;

import io.backfill.simulator.engine.PromptBlocks;

/**
 * One text to be answered.
 *
 * @param hash of its content, the same wherever it stands
 * @param tokens a count of about four characters each, or the exact number where ids of tokens were sent; with an engine
 *     that has a cache, that of its canonical bytes
 * @param start its first characters, for answers that mention them
 * @param blocks its full blocks; none without such an engine
 */
record Prompt(long hash, int tokens, String start, PromptBlocks blocks) {}
