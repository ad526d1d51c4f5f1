package io.backfill.ops;

import java.util.ArrayList;
import java.util.List;
import java.util.function.LongSupplier;
import org.eclipse.microprofile.metrics.Counter;
import org.eclipse.microprofile.metrics.MetricID;
import org.eclipse.microprofile.metrics.MetricRegistry;
import org.eclipse.microprofile.metrics.Tag;

/** The series of one value of the label {@code model}. */
final class ModelSeries {
    private final MetricRegistry registry;
    private final Tag model;
    private final List<MetricID> ids = new ArrayList<>();
    final Counter dispatched;
    final Counter succeeded;
    final Counter failed;
    final Counter retries;
    final Counter promptTokens;
    final Counter cachedTokens;
    final Counter outputTokens;
    final DurationHistogram duration = new DurationHistogram();

    ModelSeries(MetricRegistry registry, String label, LongSupplier inFlight) {
        this.registry = registry;
        this.model = new Tag("model", label);
        String name = "backfill_requests_in_flight";
        registry.gauge(Metrics.described(name, "Calls open at the model"), inFlight::getAsLong, model);
        ids.add(new MetricID(name, model));
        dispatched = counter("backfill_requests_dispatched", "Calls sent to the model, every attempt");
        succeeded = counter("backfill_requests_succeeded", "Calls answered with 2xx");
        failed = counter("backfill_requests_failed", "Calls answered with another status or not at all");
        retries = counter("backfill_requests_retried", "Calls that were retried");
        promptTokens = counter("backfill_prompt_tokens", "Prompt tokens of answered lines, as the model counts them");
        cachedTokens = counter("backfill_cached_prompt_tokens", "Prompt tokens that the model had in its prefix cache");
        outputTokens = counter("backfill_output_tokens", "Output tokens of answered lines");
    }

    private Counter counter(String name, String description) {
        ids.add(new MetricID(name, model));
        return registry.counter(Metrics.described(name, description), model);
    }

    /** Removes the series from the registry; calls counted afterwards are not exported. */
    void remove() {
        ids.forEach(registry::remove);
    }
}
