package io.backfill.simulator.answers;

import io.backfill.simulator.http.Bytes;

/** Serializes the answers of one endpoint. */
sealed interface AnswerShape permits TextShape, EmbeddingShape, ResponseShape, ModerationShape, MessageShape {
    /** Writes the whole answer as one JSON object. */
    void write(Answer answer, Bytes out);

    static AnswerShape of(Endpoint endpoint) {
        return switch (endpoint) {
            case CHAT -> TextShape.CHAT;
            case COMPLETIONS -> TextShape.COMPLETIONS;
            case EMBEDDINGS -> new EmbeddingShape();
            case RESPONSES -> new ResponseShape();
            case MODERATIONS -> new ModerationShape();
            case MESSAGES -> new MessageShape();
        };
    }
}
