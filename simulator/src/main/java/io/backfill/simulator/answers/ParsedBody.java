package io.backfill.simulator.answers;

import java.util.List;

/**
 * The parts of a request body that answers depend on. Absent numbers are 0 and absent texts are empty.
 *
 * @param unreadable why the body is not valid JSON; empty if it is
 * @param prompts chat and responses: one; completions, embeddings, moderations: one per input
 * @param promptGiven whether the member that holds the prompt was present
 */
record ParsedBody(
        String unreadable,
        String model,
        List<Prompt> prompts,
        boolean promptGiven,
        int choices,
        int maxTokens,
        int minTokens,
        boolean ignoreEos,
        boolean stream,
        boolean usageInStream,
        boolean base64,
        int dimensions,
        int priority) {

    /** Returns the body of a request that is not valid JSON. */
    static ParsedBody unreadable(String reason) {
        return new ParsedBody(reason, "", List.of(), false, 1, 0, 0, false, false, false, false, 0, 0);
    }

    int promptTokens() {
        int tokens = 0;
        for (Prompt prompt : prompts) {
            tokens += prompt.tokens();
        }
        return tokens;
    }
}
