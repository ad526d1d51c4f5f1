package io.backfill.plan;

/**
 * One line to be sent: its position in the plan, the location of its bytes in the input file, and its estimated cost. Tokens are
 * estimated as one per four bytes of prompt.
 *
 * @param index position in the partition's plan, from 0
 * @param line physical line number, from 1
 * @param offset of the line's first byte in the input file
 * @param idStart of the custom_id's JSON string, including quotes, relative to {@code offset}
 * @param bodyStart of the body's opening brace, relative to {@code offset}
 * @param promptTokens of the whole prompt, at least 1
 * @param freshTokens prompt tokens not shared with the beginning of the preceding entry's prompt, at least 1
 * @param maxTokens maximum length of the answer; -1 if the request sets none, 0 if answers have no tokens
 */
public record PlanEntry(
        int index,
        int line,
        long offset,
        int idStart,
        int idLength,
        int bodyStart,
        int bodyLength,
        int promptTokens,
        int freshTokens,
        int maxTokens) {}
