package io.backfill.traces.otlp;

import io.backfill.batches.Usage;
import io.backfill.dispatch.CallTrace;
import io.backfill.dispatch.ModelRequest;
import io.backfill.dispatch.Outcome;
import io.opentelemetry.api.trace.SpanContext;
import java.util.Optional;

/** A call that is not traced. It tells the model's server so, which would otherwise decide on its own. */
final class UntracedCall implements CallTrace {
    private final Optional<String> traceParent;

    /** @param parent the span of which the call's would be a child */
    UntracedCall(SpanContext parent) {
        this.traceParent = Optional.of("00-" + parent.getTraceId() + "-" + parent.getSpanId() + "-00");
    }

    @Override
    public void sent(ModelRequest attempt) {}

    @Override
    public void received(Outcome outcome) {}

    @Override
    public Optional<String> traceParent() {
        return traceParent;
    }

    @Override
    public void ended(Outcome outcome, boolean failed, Usage usage) {}

    @Override
    public void close() {}
}
