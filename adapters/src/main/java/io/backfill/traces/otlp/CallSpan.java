package io.backfill.traces.otlp;

import io.backfill.batches.Usage;
import io.backfill.dispatch.CallTrace;
import io.backfill.dispatch.ModelRequest;
import io.backfill.dispatch.Outcome;
import io.opentelemetry.api.common.Attributes;
import io.opentelemetry.api.trace.Span;
import io.opentelemetry.api.trace.SpanContext;
import io.opentelemetry.api.trace.StatusCode;
import java.util.Optional;

/** The span of a call. Each attempt is two events in it, so the time before the first one is the time that the call waited. */
final class CallSpan implements CallTrace {
    private static final String NO_OUTCOME = "no_outcome";

    private final Span span;
    private final Optional<String> traceParent;
    private String errorType = NO_OUTCOME;

    CallSpan(Span span) {
        this.span = span;
        SpanContext ids = span.getSpanContext();
        this.traceParent = Optional.of("00-" + ids.getTraceId() + "-" + ids.getSpanId() + "-01");
    }

    @Override
    public void sent(ModelRequest attempt) {
        int resends = attempt.scheduling().attempt() - 1;
        Attributes replica = attempt.replica()
                .filter(address -> address.getHost() != null)
                .map(address -> Attributes.of(SpanAttributes.SERVER, address.getHost(), SpanAttributes.PORT, (long)
                        (address.getPort() > 0 ? address.getPort() : "https".equals(address.getScheme()) ? 443 : 80)))
                .orElseGet(Attributes::empty);
        span.setAllAttributes(replica);
        span.setAttribute(SpanAttributes.PATH, attempt.line().path());
        if (resends > 0) {
            span.setAttribute(SpanAttributes.RESENDS, (long) resends);
        }
        span.addEvent("sent", replica);
    }

    @Override
    public void received(Outcome outcome) {
        span.addEvent("received", Attributes.of(SpanAttributes.OUTCOME, name(outcome)));
    }

    @Override
    public Optional<String> traceParent() {
        return traceParent;
    }

    @Override
    public void ended(Outcome outcome, boolean failed, Usage usage) {
        span.setAttribute(SpanAttributes.OUTCOME, name(outcome));
        if (outcome instanceof Outcome.Answered answered) {
            span.setAttribute(SpanAttributes.STATUS, (long) answered.status());
        }
        if (!usage.equals(Usage.NONE)) {
            span.setAttribute(SpanAttributes.INPUT_TOKENS, usage.inputTokens());
            span.setAttribute(SpanAttributes.OUTPUT_TOKENS, usage.outputTokens());
        }
        errorType = failed ? name(outcome) : "";
    }

    @Override
    public void close() {
        if (!errorType.isEmpty()) {
            span.setStatus(StatusCode.ERROR).setAttribute(SpanAttributes.ERROR_TYPE, errorType);
        }
        span.end();
    }

    /** Returns one of few names: reasons may quote addresses and messages of the network. */
    private static String name(Outcome outcome) {
        return switch (outcome) {
            case Outcome.Answered answered -> Integer.toString(answered.status());
            case Outcome.Unreachable _ -> "unreachable";
            case Outcome.AnswerTooLarge _ -> "answer_too_large";
            case Outcome.TimedOut _ -> "timeout";
            case Outcome.Cancelled _ -> "cancelled";
        };
    }
}
