package io.backfill.dispatch;

/** Begins the traces of the calls of one partition, and decides which calls have one. */
@FunctionalInterface
public interface CallTraces {
    /** Traces no call. */
    CallTraces NONE = lineId -> CallTrace.NONE;

    /** Begins the trace of the call of one line. Returns at once. {@code lineId} is the call's {@code X-Request-Id}. */
    CallTrace begin(String lineId);
}
