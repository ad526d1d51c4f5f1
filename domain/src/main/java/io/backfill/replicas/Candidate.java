package io.backfill.replicas;

import io.backfill.models.ContextLength;
import java.util.Optional;

/**
 * A replica with room for a call, and the properties of the call that matter to its score.
 *
 * @param open this node's open calls at the replica
 * @param mostOpen maximum of {@code open} over all candidates
 * @param waiting requests in its engine's queue; 0 if unknown
 * @param leastWaiting minimum of {@code waiting} over all candidates
 * @param mostWaiting maximum of {@code waiting} over all candidates
 * @param kvUsage 0 to 1; 0 if unknown
 * @param matchedBlocks leading blocks of the prompt that the replica was sent before; 0 if prefixes are ignored
 * @param blocks of the prompt
 * @param lastOfSession whether the previous call of the session was sent to this replica
 * @param contextLength prompt lengths that the replica is intended for
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
