package io.backfill.traces;

import io.backfill.batches.Batch;
import io.backfill.dispatch.CallTraces;
import java.util.Optional;

/**
 * Records the life of each batch as the spans of one trace. The ids of the trace are derived from the batch, so every node and pod
 * adds its spans without any state that they share. A batch whose process dies loses only the spans that were not delivered yet.
 * Implementations are thread-safe, never wait, and never throw.
 */
public interface BatchTraces extends AutoCloseable {
    /** Records nothing. */
    BatchTraces NONE = new BatchTraces() {
        @Override
        public StepSpan create(Batch batch, Optional<String> client) {
            return StepSpan.NONE;
        }

        @Override
        public StepSpan begin(Step step, Batch claimed) {
            return StepSpan.NONE;
        }

        @Override
        public CallTraces calls(Batch claimed, String model, int partition) {
            return CallTraces.NONE;
        }

        @Override
        public void close() {}
    };

    /** The steps that the holder of a batch's lease takes. */
    enum Step {
        CLAIM,
        PLAN,
        ASSEMBLE
    }

    /** A step that makes a value and describes itself in its span. */
    @FunctionalInterface
    interface TracedStep<T, E extends Exception> {
        T run(StepSpan span) throws E;
    }

    /**
     * Begins the first span of the trace.
     *
     * @param client the {@code traceparent} header of the request that creates the batch
     */
    StepSpan create(Batch batch, Optional<String> client);

    /** Begins the span of a step. {@code claimed} is the batch as it was claimed; its epoch tells the executions apart. */
    StepSpan begin(Step step, Batch claimed);

    /** Returns what begins the spans of the calls of one partition. */
    CallTraces calls(Batch claimed, String model, int partition);

    /** Delivers what was recorded, for a limited time. */
    @Override
    void close();

    /** Runs {@code work} in the span of a step. An exception marks the span as failed. */
    default <T, E extends Exception> T within(Step step, Batch claimed, TracedStep<T, E> work) throws E {
        StepSpan span = begin(step, claimed);
        try {
            return work.run(span);
        } catch (Exception | Error e) {
            span.failed(e.getClass().getName());
            throw e;
        } finally {
            span.close();
        }
    }
}
