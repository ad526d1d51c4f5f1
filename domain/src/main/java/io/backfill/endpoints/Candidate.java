package io.backfill.endpoints;

/**
 * An endpoint that has room for a call.
 *
 * @param open our calls there
 * @param mostOpen of all candidates
 * @param waiting requests in its engine's queue; 0 when it does not say
 * @param leastWaiting of all candidates
 * @param mostWaiting of all candidates
 * @param kvUsage 0 to 1; 0 when it does not say
 * @param matchedBlocks first blocks of the prompt that it was sent before
 * @param blocks of the prompt
 */
record Candidate(
        int open,
        int mostOpen,
        int waiting,
        int leastWaiting,
        int mostWaiting,
        double kvUsage,
        int matchedBlocks,
        int blocks) {}
