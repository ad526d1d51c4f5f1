package io.backfill.dispatch.http;

import io.backfill.batches.Usage;
import io.backfill.dispatch.CallTrace;
import io.backfill.dispatch.ModelRequest;
import io.backfill.dispatch.Outcome;
import java.util.Optional;

/** A trace that only has a context. */
record SentTraceParent(String value) implements CallTrace {
    @Override
    public void sent(ModelRequest attempt) {}

    @Override
    public void received(Outcome outcome) {}

    @Override
    public Optional<String> traceParent() {
        return Optional.of(value);
    }

    @Override
    public void ended(Outcome outcome, boolean failed, Usage usage) {}

    @Override
    public void close() {}
}
