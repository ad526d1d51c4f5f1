package io.backfill.ops;

import io.backfill.batches.BatchCatalog;
import io.backfill.batches.BatchLeases;
import io.backfill.batches.BatchPause;
import io.backfill.batches.BatchStatus;
import io.backfill.batches.BatchSupervision;
import io.backfill.batches.Usage;
import io.backfill.dispatch.DispatchObserver;
import io.backfill.dispatch.ModelRequest;
import io.backfill.dispatch.Outcome;
import io.backfill.models.Model;
import io.backfill.queue.BatchQueue;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import org.eclipse.microprofile.metrics.Metadata;
import org.eclipse.microprofile.metrics.MetricRegistry;
import org.eclipse.microprofile.metrics.Tag;

/**
 * The {@code /metrics} series of batches and calls; {@link CapacityMetrics} has those of replicas. Figures from the catalog
 * are read by {@link #refreshOnce} and not by a scrape, so that scraping does not load the database.
 */
public final class Metrics implements DispatchObserver {
    private static final List<BatchStatus> RUNNING = Arrays.stream(BatchStatus.values())
            .filter(status -> !status.terminal())
            .toList();

    private final MetricRegistry registry;
    private final BatchCatalog catalog;
    private final BatchLeases leases;
    private final BatchSupervision supervision;
    private final BatchQueue queue;
    private final InstantSource time;
    private final ModelLabels labels;
    /** By label: at most one entry more than models are listed. */
    private final ConcurrentMap<String, ModelSeries> models = new ConcurrentHashMap<>();
    /** Number of open calls by model; models without open calls have no entry. */
    private final ConcurrentMap<String, Integer> open = new ConcurrentHashMap<>();

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
            ModelLabels labels,
            InstantSource time) {
        this.registry = registry;
        this.labels = labels;
        this.catalog = catalog;
        this.leases = leases;
        this.supervision = supervision;
        this.queue = queue;
        this.time = time;
        for (BatchStatus status : RUNNING) {
            registry.gauge(
                    described("backfill_batches", "Batches that have not ended, by status"),
                    () -> batches.getOrDefault(status, 0L),
                    new Tag("status", status.wireName()));
        }
        registry.gauge(described("backfill_queue_depth", "Batches waiting to be claimed"), () -> queued);
        registry.gauge(
                described("backfill_batches_paused", "Batches that no node processes until they are resumed"),
                () -> paused,
                new Tag("reason", BatchPause.Reason.CRASHED.wireName()));
        registry.gauge(
                described(
                        "backfill_oldest_deadline_seconds",
                        "Seconds until the earliest deadline of all batches that have not ended; negative when it has passed"),
                () -> secondsToDeadline);
    }

    /** One pass: updates the values of the gauges. */
    public void refreshOnce() {
        forgetUnlisted();
        batches = catalog.countRunning();
        queued = queue.size();
        paused = supervision.pausedCount();
        secondsToDeadline = leases.earliestDeadline()
                .map(deadline -> Duration.between(time.instant(), deadline).toMillis() / 1000.0)
                .orElse(Double.NaN);
    }

    @Override
    public void sent(Model model) {
        open.merge(model.name(), 1, Integer::sum);
        of(model).dispatched.inc();
    }

    @Override
    public void ended(Model model, Outcome outcome, long nanos) {
        open.computeIfPresent(model.name(), (name, calls) -> calls == 1 ? null : calls - 1);
        ModelSeries series = of(model);
        series.duration.record(nanos);
        if (outcome instanceof Outcome.Answered answered && answered.status() >= 200 && answered.status() < 300) {
            series.succeeded.inc();
        } else {
            series.failed.inc();
        }
    }

    @Override
    public void retried(Model model, Outcome outcome) {
        of(model).retries.inc();
    }

    @Override
    public void used(ModelRequest request, Usage usage) {
        ModelSeries series = of(request.model());
        series.promptTokens.inc(usage.inputTokens());
        series.cachedTokens.inc(usage.cachedTokens());
        series.outputTokens.inc(usage.outputTokens());
    }

    private ModelSeries of(Model model) {
        return models.computeIfAbsent(
                labels.of(model.name()), label -> new ModelSeries(registry, label, () -> inFlight(label)));
    }

    /** Open calls are counted by model name and not in the series, because a reload may change the label while a call is open. */
    private long inFlight(String label) {
        return open.entrySet().stream()
                .filter(calls -> labels.of(calls.getKey()).equals(label))
                .mapToLong(Map.Entry::getValue)
                .sum();
    }

    private void forgetUnlisted() {
        for (Map.Entry<String, ModelSeries> entry : models.entrySet()) {
            if (!labels.isCurrent(entry.getKey()) && models.remove(entry.getKey(), entry.getValue())) {
                entry.getValue().remove();
            }
        }
    }

    /** Returns the histograms of call durations in Prometheus' text format; the registry has no histograms with fixed buckets. */
    public String histograms() {
        String name = "backfill_request_duration_seconds";
        StringBuilder text = new StringBuilder();
        text.append("# HELP ").append(name).append(" Time from sending a call to its last byte\n");
        text.append("# TYPE ").append(name).append(" histogram\n");
        models.forEach((label, series) ->
                series.duration.write(text, name, "model=\"" + escaped(label) + "\",mp_scope=\"application\""));
        return text.toString();
    }

    private static String escaped(String label) {
        return label.replace("\\", "\\\\").replace("\"", "\\\"").replace("\n", "\\n");
    }

    public static Metadata described(String name, String description) {
        return Metadata.builder().withName(name).withDescription(description).build();
    }
}
