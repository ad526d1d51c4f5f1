package io.backfill.simulator.engine;

/**
 * What an engine needs to know of a request.
 *
 * @param model the model's name
 * @param promptTokens tokens of the whole prompt, at least 0
 * @param outputTokens tokens that will be generated: 0 for embeddings and moderations
 */
public record EngineRequest(String model, int promptTokens, int outputTokens) {
    public EngineRequest {
        if (promptTokens < 0 || outputTokens < 0) {
            throw new IllegalArgumentException("token counts are not negative");
        }
    }
}
