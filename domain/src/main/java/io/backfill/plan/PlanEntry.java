package io.backfill.plan;

/**
 * One line to be sent: where it stands in the plan, where its bytes lie in the input file, and what it may cost. Tokens are estimated
 * as four bytes of prompt each.
 *
 * @param index place in the partition's plan, from 0
 * @param line physical line number, from 1
 * @param offset of the line's first byte in the input file
 * @param idStart of the custom_id's JSON string, quotes included, from {@code offset}
 * @param bodyStart of the body's opening brace, from {@code offset}
 * @param promptTokens of the whole prompt, at least 1
 * @param freshTokens of the prompt that the entry before it in the plan does not begin with as well, at least 1
 * @param maxTokens that the answer may have; -1 when the request does not say, 0 where answers are no tokens
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
