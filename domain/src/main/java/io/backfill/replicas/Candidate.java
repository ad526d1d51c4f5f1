package io.backfill.replicas;

import io.backfill.models.ContextLength;
import java.util.Optional;

/**
 * A replica that has room for a call, and what of the call matters there.
 *
 * @param open our calls there
 * @param mostOpen of all candidates
 * @param waiting requests in its engine's queue; 0 when it does not say
 * @param leastWaiting of all candidates
 * @param mostWaiting of all candidates
 * @param kvUsage 0 to 1; 0 when it does not say
 * @param matchedBlocks first blocks of the prompt that it was sent before; 0 when prefixes do not count
 * @param blocks of the prompt
 * @param lastOfSession the call's session was sent there last
 * @param contextLength what it is meant for
 * @param promptTokens of the call
 */
record Candidate(
        int open,
        int mostOpen,
        int waiting,
        int leastWaiting,
        int mostWaiting,
        double kvUsage,
        int matchedBlocks,
        int blocks,
        boolean lastOfSession,
        Optional<ContextLength> contextLength,
        int promptTokens) {}
