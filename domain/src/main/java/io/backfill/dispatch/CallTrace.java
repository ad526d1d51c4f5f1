package io.backfill.dispatch;

import io.backfill.batches.Usage;
import java.util.Optional;

/**
 * The trace of one line's call, from the moment the line takes a place in the window until it has its outcome. It includes all waits and
 * all attempts. Used by one thread at a time. Methods return at once and do not throw.
 */
public interface CallTrace extends AutoCloseable {
    /** Records nothing, and leaves the trace context that models receive to the sender. */
    CallTrace NONE = new CallTrace() {
        @Override
        public void sent(ModelRequest attempt) {}

        @Override
        public void received(Outcome outcome) {}

        @Override
        public Optional<String> traceParent() {
            return Optional.empty();
        }

        @Override
        public void ended(Outcome outcome, boolean failed, Usage usage) {}

        @Override
        public void close() {}
    };

    /** An attempt is sent to its replica. */
    void sent(ModelRequest attempt);

    /** The attempt that was sent last has its outcome. */
    void received(Outcome outcome);

    /** Returns the value of the {@code traceparent} header of each attempt; empty if the sender chooses it. */
    Optional<String> traceParent();

    /** The line has its outcome. {@code failed} tells whether its result is in the error file. */
    void ended(Outcome outcome, boolean failed, Usage usage);

    /** Ends the trace. */
    @Override
    void close();
}
