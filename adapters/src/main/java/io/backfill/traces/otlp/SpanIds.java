package io.backfill.traces.otlp;

import io.opentelemetry.api.trace.Span;
import io.opentelemetry.api.trace.SpanBuilder;
import io.opentelemetry.api.trace.SpanContext;
import io.opentelemetry.sdk.trace.IdGenerator;
import org.jspecify.annotations.Nullable;

/** Gives a span the ids that were derived for it, and all other spans random ids. The SDK asks on the thread that starts the span. */
final class SpanIds implements IdGenerator {
    private static final ThreadLocal<@Nullable SpanContext> DERIVED = new ThreadLocal<>();

    private final IdGenerator random = IdGenerator.random();

    static Span start(SpanBuilder span, SpanContext ids) {
        DERIVED.set(ids);
        try {
            return span.startSpan();
        } finally {
            DERIVED.remove();
        }
    }

    @Override
    public String generateSpanId() {
        SpanContext derived = DERIVED.get();
        return derived == null ? random.generateSpanId() : derived.getSpanId();
    }

    @Override
    public String generateTraceId() {
        SpanContext derived = DERIVED.get();
        return derived == null ? random.generateTraceId() : derived.getTraceId();
    }
}
