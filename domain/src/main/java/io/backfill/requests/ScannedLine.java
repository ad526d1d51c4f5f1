package io.backfill.requests;

import io.backfill.batches.LineError;

/** What the scanner makes of a line. */
public sealed interface ScannedLine {
    /**
     * A good line. Positions count from the line's first byte.
     *
     * @param idStart of the custom_id's JSON string, its quotes included
     * @param bodyStart of the body's opening brace
     */
    record Request(
            String customId, String model, int idStart, int idLength, int bodyStart, int bodyLength, PromptBytes prompt)
            implements ScannedLine {}

    /** A line that fails the batch. */
    record Bad(LineError error) implements ScannedLine {}
}
