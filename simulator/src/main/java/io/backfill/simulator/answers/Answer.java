package io.backfill.simulator.answers;

import io.backfill.simulator.answers.Wording.Said;
import io.backfill.simulator.http.Bytes;
import java.util.List;

/**
 * One answer before it is serialized.
 *
 * @param said one text per choice; empty for embeddings and moderations
 * @param cachedTokens prompt tokens that the engine found in its cache
 */
record Answer(Endpoint endpoint, ParsedBody body, String model, BodyDigest digest, List<Said> said, int cachedTokens) {
    int outputTokens() {
        int tokens = 0;
        for (Said one : said) {
            tokens += one.tokens();
        }
        return tokens;
    }

    /** Writes the usage member of chat, completions and embeddings. */
    void putUsage(Bytes out) {
        int prompt = body.promptTokens();
        int output = outputTokens();
        out.put(USAGE).number(prompt);
        if (endpoint.generatesText()) {
            out.put(COMPLETION_TOKENS).number(output);
        }
        out.put(TOTAL_TOKENS).number(prompt + output);
        out.put(CACHED_TOKENS).number(cachedTokens).put('}').put('}');
    }

    private static final byte[] USAGE = Bytes.ascii("\"usage\":{\"prompt_tokens\":");
    private static final byte[] COMPLETION_TOKENS = Bytes.ascii(",\"completion_tokens\":");
    private static final byte[] TOTAL_TOKENS = Bytes.ascii(",\"total_tokens\":");
    private static final byte[] CACHED_TOKENS = Bytes.ascii(",\"prompt_tokens_details\":{\"cached_tokens\":");
}
