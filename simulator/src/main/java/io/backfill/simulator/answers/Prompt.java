package io.backfill.simulator.answers;

/**
 * One text to be answered.
 *
 * @param hash of its content, the same wherever it stands
 * @param tokens a count of about four characters each, or the exact number where ids of tokens were sent
 * @param start its first characters, for answers that mention them
 */
record Prompt(long hash, int tokens, String start) {}
