package io.backfill.benchmarks;

import io.backfill.simulator.engine.TokenRecord;

/** The control of a batch beside other users of an engine: how many calls it may have open, and when it may send. */
interface BatchControl {
    /** Returns how many calls may be open now. */
    int now();

    /** Returns whether a call with such a prompt may be sent now. */
    default boolean isDue(int promptTokens) {
        return true;
    }

    /** Learns that a call is being sent. */
    default void sent(int promptTokens, int outputTokens) {}

    /** Returns when the next call may be sent, if none is due now. */
    default long notBefore() {
        return Long.MIN_VALUE;
    }

    /** Learns what the engine's metrics say. */
    default void polled(Poll poll, int open) {}

    /**
     * Learns the end of a call.
     *
     * @param open number of open calls, including this one
     */
    default void ended(Call call, int open) {}

    /**
     * The metrics of an engine at one moment.
     *
     * @param finished sequences that have ended since the start
     * @param tokens totals and latencies since the start
     */
    record Poll(int running, int waiting, double kvUsage, long finished, TokenRecord tokens) {}

    /** A call that has ended; times in nanoseconds. */
    record Call(int promptTokens, int cachedTokens, int outputTokens, long sentAt, long endedAt) {}

    /** Returns a control that keeps {@code calls} open. */
    static BatchControl fixed(int calls) {
        return () -> calls;
    }
}
