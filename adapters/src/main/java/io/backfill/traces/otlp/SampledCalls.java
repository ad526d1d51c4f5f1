package io.backfill.traces.otlp;

import io.backfill.dispatch.CallTrace;
import io.backfill.dispatch.CallTraces;
import io.opentelemetry.api.trace.SpanBuilder;
import io.opentelemetry.api.trace.SpanKind;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongSupplier;
import java.util.function.Supplier;

/**
 * Traces the first calls of a partition and then a limited number per second. The number of spans is limited as well, because a
 * partition may run for days and a trace is read as a whole.
 */
final class SampledCalls implements CallTraces {
    /** Spans of one opening of a partition. */
    static final int MOST = 10_000;

    private static final long SECOND = TimeUnit.SECONDS.toNanos(1);

    private final Supplier<SpanBuilder> spans;
    private final CallTrace untraced;
    private final LongSupplier nanoTime;
    private final long interval;
    private final long burst;
    /** When the next call is due if calls were traced evenly. */
    private final AtomicLong due;

    private final AtomicInteger left = new AtomicInteger(MOST);

    /**
     * @param spans begins the description of a call's span
     * @param untraced for the other calls
     * @param perSecond at least 1
     */
    SampledCalls(Supplier<SpanBuilder> spans, CallTrace untraced, int perSecond, LongSupplier nanoTime) {
        this.spans = spans;
        this.untraced = untraced;
        this.nanoTime = nanoTime;
        this.interval = SECOND / perSecond;
        this.burst = SECOND - interval;
        this.due = new AtomicLong(nanoTime.getAsLong());
    }

    @Override
    public CallTrace begin(String lineId) {
        if (!isDue() || left.getAndUpdate(spansLeft -> Math.max(0, spansLeft - 1)) == 0) {
            return untraced;
        }
        return new CallSpan(spans.get()
                .setSpanKind(SpanKind.CLIENT)
                .setAttribute(SpanAttributes.LINE, lineId)
                .startSpan());
    }

    private boolean isDue() {
        long now = nanoTime.getAsLong();
        while (true) {
            long next = due.get();
            if (next - now > burst) {
                return false;
            }
            long from = next - now > 0 ? next : now;
            if (due.compareAndSet(next, from + interval)) {
                return true;
            }
        }
    }
}
