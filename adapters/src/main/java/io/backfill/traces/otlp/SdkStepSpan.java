package io.backfill.traces.otlp;

import io.backfill.traces.StepSpan;
import io.opentelemetry.api.trace.Span;
import io.opentelemetry.api.trace.StatusCode;

/** A step's span of the SDK. */
record SdkStepSpan(Span span) implements StepSpan {
    @Override
    public void note(String name, long value) {
        span.setAttribute(SpanAttributes.OWN + name, value);
    }

    @Override
    public void note(String name, String value) {
        span.setAttribute(SpanAttributes.OWN + name, value);
    }

    @Override
    public void failed(String errorType) {
        span.setStatus(StatusCode.ERROR).setAttribute(SpanAttributes.ERROR_TYPE, errorType);
    }

    @Override
    public void close() {
        span.end();
    }
}
