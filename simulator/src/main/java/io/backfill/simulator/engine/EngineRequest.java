package io.backfill.simulator.engine;

import java.util.List;

/**
 * A request to an engine.
 *
 * @param model the model's name
 * @param sequences the sequences to compute: one for each choice of each prompt, in the order of the answer
 * @param priority lower is earlier
 */
public record EngineRequest(String model, List<Sequence> sequences, int priority) {
    public EngineRequest {
        sequences = List.copyOf(sequences);
    }

    /** Returns a request for one sequence whose prompt shares no blocks. */
    public static EngineRequest of(String model, int promptTokens, int outputTokens) {
        return new EngineRequest(model, List.of(new Sequence(PromptBlocks.NONE, promptTokens, outputTokens)), 0);
    }

    /** Returns the total number of tokens to generate. */
    public int outputTokens() {
        int tokens = 0;
        for (Sequence sequence : sequences) {
            tokens += sequence.outputTokens();
        }
        return tokens;
    }

    /**
     * One prompt and one output.
     *
     * @param promptBlocks blocks of the prompt
     * @param promptTokens tokens of the whole prompt, at least 0
     * @param outputTokens tokens to generate: 0 for embeddings and moderations
     */
    public record Sequence(PromptBlocks promptBlocks, int promptTokens, int outputTokens) {
        public Sequence {
            if (promptTokens < 0 || outputTokens < 0) {
                throw new IllegalArgumentException("token counts must not be negative");
            }
        }
    }
}
