package io.backfill.dispatch;

import io.backfill.batches.Priority;

/** Orders of a batch's owner that concern its calls, as they are now. Thread-safe. */
public interface CallSteering {
    /** Returns the rank of the batch's calls among those of its tenant. */
    Priority priority();

    /** Returns the limit of the batch's open calls; the same object for all calls of the batch. */
    BatchCallLimit limit();

    /** Called when a line has its result in the log, before its worker takes the next one. Must not block for long. */
    void logged();

    /** Returns the steering of a batch without orders. */
    static CallSteering none() {
        BatchCallLimit unlimited = new BatchCallLimit();
        return new CallSteering() {
            @Override
            public Priority priority() {
                return Priority.NORMAL;
            }

            @Override
            public BatchCallLimit limit() {
                return unlimited;
            }

            @Override
            public void logged() {
                // no order depends on it
            }
        };
    }
}
