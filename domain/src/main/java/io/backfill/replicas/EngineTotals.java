package io.backfill.replicas;

import java.util.OptionalLong;

/**
 * What an engine has done for all of its clients since it was started. All values grow until the engine is restarted.
 *
 * @param finished requests that have ended, for any reason
 * @param promptTokens tokens of prompts that were read; whether those found in the cache are included depends on the engine
 * @param generatedTokens tokens that were generated
 * @param firstToken times from the arrival of a request to its first token, {@link LatencyHistogram#EMPTY} if not reported
 * @param betweenTokens times between two tokens of a request, {@link LatencyHistogram#EMPTY} if not reported
 */
public record EngineTotals(
        OptionalLong finished,
        OptionalLong promptTokens,
        OptionalLong generatedTokens,
        LatencyHistogram firstToken,
        LatencyHistogram betweenTokens) {

    /** No totals are reported. */
    public static final EngineTotals NONE = new EngineTotals(
            OptionalLong.empty(),
            OptionalLong.empty(),
            OptionalLong.empty(),
            LatencyHistogram.EMPTY,
            LatencyHistogram.EMPTY);
}
