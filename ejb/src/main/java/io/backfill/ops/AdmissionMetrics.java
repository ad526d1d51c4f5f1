package io.backfill.ops;

import io.backfill.admission.NodeCapacity;
import java.util.function.ToDoubleFunction;
import org.eclipse.microprofile.metrics.MetricRegistry;

/** What {@code /metrics} shows of the node's capacity: calls and bytes, what is used of them, and who lacks some. */
public final class AdmissionMetrics {
    private AdmissionMetrics() {}

    public static void register(MetricRegistry registry, NodeCapacity capacity) {
        gauge(registry, capacity, "backfill_calls_max", "Calls that the node may have open", load -> load.maxCalls());
        gauge(registry, capacity, "backfill_calls_open", "Calls that the node has open", load -> load.calls());
        gauge(
                registry,
                capacity,
                "backfill_call_bytes_budget",
                "Bytes that calls may hold together",
                load -> load.maxBytes());
        gauge(registry, capacity, "backfill_call_bytes_held", "Bytes that calls hold", load -> load.bytes());
        gauge(
                registry,
                capacity,
                "backfill_call_bytes_overflow",
                "Bytes of the one call beyond the budget; 0 while there is none",
                load -> load.overflowBytes());
        gauge(
                registry,
                capacity,
                "backfill_models_without_capacity",
                "Models with calls that wait for bytes or calls of the node",
                load -> load.modelsRefused());
    }

    private static void gauge(
            MetricRegistry registry,
            NodeCapacity capacity,
            String name,
            String description,
            ToDoubleFunction<NodeCapacity.Load> figure) {
        registry.gauge(Metrics.described(name, description), () -> figure.applyAsDouble(capacity.load()));
    }
}
