package io.backfill.requests;

import io.backfill.batches.LineError;

/** Result of scanning a line. */
public sealed interface ScannedLine {
    /**
     * A valid line. Positions are relative to the line's first byte.
     *
     * @param idStart of the custom_id's JSON string, including quotes
     * @param bodyStart of the body's opening brace
     */
    record Request(
            String customId, String model, int idStart, int idLength, int bodyStart, int bodyLength, PromptBytes prompt)
            implements ScannedLine {}

    /** An invalid line, which fails the batch. */
    record Bad(LineError error) implements ScannedLine {}
}
