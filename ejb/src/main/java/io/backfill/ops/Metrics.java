package io.backfill.ops;

import io.backfill.batches.BatchCatalog;
import io.backfill.batches.BatchLeases;
import io.backfill.batches.BatchPause;
import io.backfill.batches.BatchStatus;
import io.backfill.batches.BatchSupervision;
import io.backfill.batches.Usage;
import io.backfill.dispatch.DispatchObserver;
import io.backfill.dispatch.Outcome;
import io.backfill.models.Model;
import io.backfill.queue.BatchQueue;
import java.time.Duration;
import java.time.InstantSource;
import java.util.EnumMap;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.atomic.AtomicInteger;
import org.eclipse.microprofile.metrics.Counter;
import org.eclipse.microprofile.metrics.Metadata;
import org.eclipse.microprofile.metrics.MetricRegistry;
import org.eclipse.microprofile.metrics.Tag;
import org.eclipse.microprofile.metrics.Timer;

/**
 * Batches and calls as {@code /metrics} shows them; {@link CapacityMetrics} has the rest. Numbers from the catalog are read by
 * {@link #refreshOnce}, not by a scrape, so that a scraper cannot load the database.
 */
public final class Metrics implements DispatchObserver {
    private final MetricRegistry registry;
    private final BatchCatalog catalog;
    private final BatchLeases leases;
    private final BatchSupervision supervision;
    private final BatchQueue queue;
    private final InstantSource time;
    private final ConcurrentMap<String, ModelMetrics> models = new ConcurrentHashMap<>();
    private volatile Map<BatchStatus, Long> batches = Map.of();
    private volatile long queued;
    private volatile long paused;
    private volatile double secondsToDeadline = Double.NaN;

    public Metrics(
            MetricRegistry registry,
            BatchCatalog catalog,
            BatchLeases leases,
            BatchSupervision supervision,
            BatchQueue queue,
            InstantSource time) {
        this.registry = registry;
        this.catalog = catalog;
        this.leases = leases;
        this.supervision = supervision;
        this.queue = queue;
        this.time = time;
        for (BatchStatus status : BatchStatus.values()) {
            registry.gauge(
                    described("backfill_batches", "Batches by status"),
                    () -> batches.getOrDefault(status, 0L),
                    new Tag("status", status.wireName()));
        }
        registry.gauge(described("backfill_queue_depth", "Batches that wait to be claimed"), () -> queued);
        registry.gauge(
                described("backfill_batches_paused", "Batches that no node works on until they are resumed"),
                () -> paused,
                new Tag("reason", BatchPause.Reason.CRASHED.wireName()));
        registry.gauge(
                described(
                        "backfill_oldest_deadline_seconds",
                        "Seconds until the earliest deadline of all batches not yet ended; negative when it has passed"),
                () -> secondsToDeadline);
    }

    /** One pass: reads what the gauges show. */
    public void refreshOnce() {
        batches = new EnumMap<>(withAll(catalog.countByStatus()));
        queued = queue.size();
        paused = supervision.pausedCount();
        secondsToDeadline = leases.earliestDeadline()
                .map(deadline -> Duration.between(time.instant(), deadline).toMillis() / 1000.0)
                .orElse(Double.NaN);
    }

    private static Map<BatchStatus, Long> withAll(Map<BatchStatus, Long> counted) {
        Map<BatchStatus, Long> all = new EnumMap<>(BatchStatus.class);
        for (BatchStatus status : BatchStatus.values()) {
            all.put(status, counted.getOrDefault(status, 0L));
        }
        return all;
    }

    @Override
    public void sent(Model model) {
        ModelMetrics metrics = of(model);
        metrics.inFlight.incrementAndGet();
        metrics.dispatched.inc();
    }

    @Override
    public void ended(Model model, Outcome outcome, long nanos) {
        ModelMetrics metrics = of(model);
        metrics.inFlight.decrementAndGet();
        metrics.latency.update(Duration.ofNanos(nanos));
        if (outcome instanceof Outcome.Answered answered && answered.status() >= 200 && answered.status() < 300) {
            metrics.succeeded.inc();
        } else {
            metrics.failed.inc();
        }
    }

    @Override
    public void retried(Model model, Outcome outcome) {
        of(model).retries.inc();
    }

    @Override
    public void used(Model model, Usage usage) {
        ModelMetrics metrics = of(model);
        metrics.promptTokens.inc(usage.inputTokens());
        metrics.cachedTokens.inc(usage.cachedTokens());
        metrics.outputTokens.inc(usage.outputTokens());
    }

    private ModelMetrics of(Model model) {
        return models.computeIfAbsent(model.name(), name -> new ModelMetrics(registry, new Tag("model", name)));
    }

    static Metadata described(String name, String description) {
        return Metadata.builder().withName(name).withDescription(description).build();
    }

    private static final class ModelMetrics {
        final AtomicInteger inFlight = new AtomicInteger();
        final Counter dispatched;
        final Counter succeeded;
        final Counter failed;
        final Counter retries;
        final Counter promptTokens;
        final Counter cachedTokens;
        final Counter outputTokens;
        final Timer latency;

        ModelMetrics(MetricRegistry registry, Tag model) {
            registry.gauge(described("backfill_requests_in_flight", "Calls open at the model"), inFlight::get, model);
            dispatched = registry.counter(
                    described("backfill_requests_dispatched", "Calls sent to the model, every attempt"), model);
            succeeded = registry.counter(described("backfill_requests_succeeded", "Calls answered with 2xx"), model);
            failed = registry.counter(
                    described("backfill_requests_failed", "Calls answered otherwise, or not at all"), model);
            retries = registry.counter(described("backfill_requests_retried", "Calls that are made again"), model);
            promptTokens = registry.counter(
                    described("backfill_prompt_tokens", "Prompt tokens of answered lines, as the model counts them"),
                    model);
            cachedTokens = registry.counter(
                    described("backfill_cached_prompt_tokens", "Of them, those the model had in its prefix cache"),
                    model);
            outputTokens =
                    registry.counter(described("backfill_output_tokens", "Output tokens of answered lines"), model);
            latency = registry.timer(
                    described("backfill_request_duration", "Time from sending a call to its last byte"), model);
        }
    }
}
