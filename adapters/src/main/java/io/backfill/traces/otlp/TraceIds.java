package io.backfill.traces.otlp;

import io.backfill.ids.BatchId;
import io.opentelemetry.api.trace.SpanContext;
import io.opentelemetry.api.trace.TraceFlags;
import io.opentelemetry.api.trace.TraceState;
import java.util.HexFormat;

/**
 * The ids of a batch's trace, which every process derives from the batch alone. The id of the trace is the digits of the batch's id,
 * so an operator finds the trace without a search.
 */
final class TraceIds {
    /** 2^64 divided by the golden ratio, which spreads consecutive numbers. */
    private static final long SPREAD = 0x9E3779B97F4A7C15L;

    private final String trace;
    private final long seed;

    TraceIds(BatchId batch) {
        this.trace = batch.value().substring(BatchId.PREFIX.length());
        long high = HexFormat.fromHexDigitsToLong(trace, 0, 16);
        long low = HexFormat.fromHexDigitsToLong(trace, 16, 32);
        this.seed = mixed(high ^ mixed(low));
    }

    /** Whether the batch belongs to this share of all batches. The answer is the same in every process. */
    boolean within(double share) {
        return (mixed(seed ^ SPREAD) >>> 11) * 0x1p-53 < share;
    }

    /** The span of the batch's creation. */
    SpanContext create() {
        return context(seed);
    }

    /** The span of the claim with which an execution begins. */
    SpanContext claim(long epoch) {
        return context(mixed(seed + (epoch + 1) * SPREAD));
    }

    private SpanContext context(long span) {
        // a span id of all zeros is invalid
        String id = HexFormat.of().toHexDigits(span | 1);
        return SpanContext.createFromRemoteParent(trace, id, TraceFlags.getSampled(), TraceState.getDefault());
    }

    /** A bijection under which each bit of the argument changes about half of the bits of the result. */
    private static long mixed(long bits) {
        long mixed = (bits ^ (bits >>> 33)) * 0xFF51AFD7ED558CCDL;
        mixed = (mixed ^ (mixed >>> 33)) * 0xC4CEB9FE1A85EC53L;
        return mixed ^ (mixed >>> 33);
    }
}
