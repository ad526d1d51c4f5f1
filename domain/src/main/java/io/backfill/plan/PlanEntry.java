package io.backfill.plan;

/**
 * One line to be sent: where it stands in the plan and where its bytes lie in the input file.
 *
 * @param index place in the partition's plan, from 0
 * @param line physical line number, from 1
 * @param offset of the line's first byte in the input file
 * @param idStart of the custom_id's JSON string, quotes included, from {@code offset}
 * @param bodyStart of the body's opening brace, from {@code offset}
 * @param key sort key of the order the plan was made with
 */
public record PlanEntry(
        int index, int line, long offset, int idStart, int idLength, int bodyStart, int bodyLength, long key) {}
