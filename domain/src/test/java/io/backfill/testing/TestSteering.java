package io.backfill.testing;

import io.backfill.batches.Priority;
import io.backfill.dispatch.BatchCallLimit;
import io.backfill.dispatch.CallSteering;

/** Steering with a priority that a test may change. */
public final class TestSteering implements CallSteering {
    private final BatchCallLimit limit = new BatchCallLimit();
    private volatile Priority priority;

    public TestSteering(Priority priority) {
        this.priority = priority;
    }

    public void set(Priority next) {
        priority = next;
    }

    @Override
    public Priority priority() {
        return priority;
    }

    @Override
    public BatchCallLimit limit() {
        return limit;
    }

    @Override
    public void logged() {
        // nothing depends on it
    }
}
