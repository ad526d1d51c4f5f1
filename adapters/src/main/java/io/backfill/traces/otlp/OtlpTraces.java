package io.backfill.traces.otlp;

import io.backfill.batches.Batch;
import io.backfill.dispatch.CallTrace;
import io.backfill.dispatch.CallTraces;
import io.backfill.traces.BatchTraces;
import io.backfill.traces.StepSpan;
import io.opentelemetry.api.common.AttributeKey;
import io.opentelemetry.api.metrics.MeterProvider;
import io.opentelemetry.api.trace.Span;
import io.opentelemetry.api.trace.SpanBuilder;
import io.opentelemetry.api.trace.SpanContext;
import io.opentelemetry.api.trace.Tracer;
import io.opentelemetry.api.trace.propagation.W3CTraceContextPropagator;
import io.opentelemetry.context.Context;
import io.opentelemetry.context.propagation.TextMapGetter;
import io.opentelemetry.exporter.otlp.http.trace.OtlpHttpSpanExporter;
import io.opentelemetry.sdk.common.export.RetryPolicy;
import io.opentelemetry.sdk.resources.Resource;
import io.opentelemetry.sdk.trace.SdkTracerProvider;
import io.opentelemetry.sdk.trace.SpanLimits;
import io.opentelemetry.sdk.trace.export.BatchSpanProcessor;
import io.opentelemetry.sdk.trace.export.SpanExporter;
import io.opentelemetry.sdk.trace.samplers.Sampler;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Traces that are delivered to an OpenTelemetry collector. Spans wait in a queue of limited length for a thread that delivers them;
 * when the queue is full, further spans are lost.
 */
public final class OtlpTraces implements BatchTraces {
    private static final Duration CONNECT_TIMEOUT = Duration.ofSeconds(5);
    private static final Duration DELIVERY_TIMEOUT = Duration.ofSeconds(10);
    private static final Duration DELIVER_EVERY = Duration.ofSeconds(2);
    private static final int QUEUE = 4_096;
    private static final int MOST_PER_DELIVERY = 512;
    private static final Duration AT_CLOSE = Duration.ofSeconds(3);

    /** A delivery that fails is made again, but a collector that is away holds up {@link #close} only for its own limit. */
    private static final RetryPolicy RETRY = RetryPolicy.builder()
            .setMaxAttempts(3)
            .setInitialBackoff(Duration.ofSeconds(1))
            .setMaxBackoff(Duration.ofSeconds(2))
            .build();

    private static final SpanLimits LIMITS = SpanLimits.builder()
            .setMaxNumberOfAttributes(32)
            .setMaxNumberOfEvents(16)
            .setMaxAttributeValueLength(512)
            .build();

    private static final TextMapGetter<String> TRACE_PARENT = new TextMapGetter<>() {
        @Override
        public Iterable<String> keys(String traceParent) {
            return List.of("traceparent");
        }

        @Override
        public @Nullable String get(@Nullable String traceParent, String key) {
            return key.equals("traceparent") ? traceParent : null;
        }
    };

    private final TracingConfig config;
    private final SdkTracerProvider provider;
    private final Tracer tracer;
    private final Deliveries deliveries;
    private final LongSupplier nanoTime;

    private OtlpTraces(TracingConfig config, SdkTracerProvider provider, Deliveries deliveries, LongSupplier nanoTime) {
        this.config = config;
        this.provider = provider;
        this.tracer = provider.get("io.backfill");
        this.deliveries = deliveries;
        this.nanoTime = nanoTime;
    }

    /** Starts the thread that delivers. Does not connect. */
    public static OtlpTraces start(TracingConfig config, LongSupplier nanoTime) {
        Deliveries deliveries = new Deliveries(config.target());
        SpanExporter exporter = OtlpHttpSpanExporter.builder()
                .setEndpoint(config.target().toString())
                .setHeaders(config::headers)
                .setConnectTimeout(CONNECT_TIMEOUT)
                .setTimeout(DELIVERY_TIMEOUT)
                .setRetryPolicy(RETRY)
                .setMeterProvider(MeterProvider.noop())
                .setComponentLoader(SenderLoader.of(deliveries))
                .build();
        Resource resource = Resource.getDefault().toBuilder()
                .put(AttributeKey.stringKey("service.name"), config.service())
                .put(AttributeKey.stringKey("service.instance.id"), config.instance())
                .build();
        SdkTracerProvider provider = SdkTracerProvider.builder()
                .setResource(resource)
                .setIdGenerator(new SpanIds())
                // whether a batch or a call is traced is decided here, before the SDK is asked
                .setSampler(Sampler.alwaysOn())
                .setSpanLimits(LIMITS)
                .addSpanProcessor(BatchSpanProcessor.builder(exporter)
                        .setMaxQueueSize(QUEUE)
                        .setMaxExportBatchSize(MOST_PER_DELIVERY)
                        .setScheduleDelay(DELIVER_EVERY)
                        .setExporterTimeout(DELIVERY_TIMEOUT)
                        .setMeterProvider(MeterProvider.noop())
                        .build())
                .build();
        return new OtlpTraces(config, provider, deliveries, nanoTime);
    }

    @Override
    public StepSpan create(Batch batch, Optional<String> client) {
        TraceIds ids = new TraceIds(batch.id());
        if (!ids.within(config.sample())) {
            return StepSpan.NONE;
        }
        SpanBuilder span = described("create", batch).setNoParent();
        // a link, not a parent: nodes and pods know the batch, and nothing about the client's trace
        client.map(OtlpTraces::spanOf).filter(SpanContext::isValid).ifPresent(span::addLink);
        return new SdkStepSpan(SpanIds.start(span, ids.create()));
    }

    @Override
    public StepSpan begin(Step step, Batch claimed) {
        TraceIds ids = new TraceIds(claimed.id());
        if (!ids.within(config.sample())) {
            return StepSpan.NONE;
        }
        SpanContext claim = ids.claim(claimed.lease().epoch());
        SpanBuilder span = described(step.name().toLowerCase(Locale.ROOT), claimed);
        return new SdkStepSpan(
                step == Step.CLAIM
                        ? SpanIds.start(span.setParent(parent(ids.create())), claim)
                        : span.setParent(parent(claim)).startSpan());
    }

    @Override
    public CallTraces calls(Batch claimed, String model, int partition) {
        TraceIds ids = new TraceIds(claimed.id());
        SpanContext claim = ids.claim(claimed.lease().epoch());
        CallTrace untraced = new UntracedCall(claim);
        if (config.callsPerSecond() == 0 || !ids.within(config.sample())) {
            return lineId -> untraced;
        }
        return new SampledCalls(
                () -> described("call", claimed)
                        .setParent(parent(claim))
                        .setAttribute(SpanAttributes.MODEL, model)
                        .setAttribute(SpanAttributes.PARTITION, (long) partition),
                untraced,
                config.callsPerSecond(),
                nanoTime);
    }

    private SpanBuilder described(String name, Batch batch) {
        return tracer.spanBuilder(name)
                .setAttribute(SpanAttributes.BATCH, batch.id().value())
                .setAttribute(SpanAttributes.TENANT, batch.tenant().value());
    }

    private static Context parent(SpanContext ids) {
        return Context.root().with(Span.wrap(ids));
    }

    private static SpanContext spanOf(String traceParent) {
        Context extracted = W3CTraceContextPropagator.getInstance().extract(Context.root(), traceParent, TRACE_PARENT);
        return Span.fromContext(extracted).getSpanContext();
    }

    /** Delivers what waits, and returns after at most the time for a delivery. */
    void flush() {
        provider.forceFlush().join(DELIVERY_TIMEOUT.toMillis(), TimeUnit.MILLISECONDS);
    }

    @Override
    public void close() {
        provider.shutdown().join(AT_CLOSE.toMillis(), TimeUnit.MILLISECONDS);
        deliveries.stop();
    }
}
