package io.backfill.testing;

import io.backfill.batches.Usage;
import io.backfill.dispatch.CallTrace;
import io.backfill.dispatch.ModelRequest;
import io.backfill.dispatch.Outcome;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Records what a call tells its trace. */
public final class RecordedCallTrace implements CallTrace {
    private final List<String> told = new ArrayList<>();

    /** Returns what was told so far, in order. */
    public List<String> told() {
        return List.copyOf(told);
    }

    @Override
    public void sent(ModelRequest attempt) {
        told.add("sent " + attempt.scheduling().attempt());
    }

    @Override
    public void received(Outcome outcome) {
        told.add("received " + outcome.getClass().getSimpleName());
    }

    @Override
    public Optional<String> traceParent() {
        return Optional.empty();
    }

    @Override
    public void ended(Outcome outcome, boolean failed, Usage usage) {
        told.add("ended " + outcome.getClass().getSimpleName() + (failed ? " failed " : " well ")
                + usage.outputTokens());
    }

    @Override
    public void close() {
        told.add("closed");
    }
}
