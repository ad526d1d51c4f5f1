package io.backfill.simulator.answers;

import java.util.List;

/**
 * What the answers need of a request body. Numbers are 0 and texts empty where the body says nothing.
 *
 * @param unreadable why the body is not JSON; empty when it is
 * @param prompts chat and responses: one; completions, embeddings, moderations: one per input
 * @param promptGiven whether the member that holds the prompt was there at all
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

    /** The body of a request that is not JSON. */
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
