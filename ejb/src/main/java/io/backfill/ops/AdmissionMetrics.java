package io.backfill.ops;

import io.backfill.admission.NodeCapacity;
import java.util.function.ToDoubleFunction;
import org.eclipse.microprofile.metrics.MetricRegistry;

/**
 * The {@code /metrics} series of the node's capacity: calls and bytes, how much of them is used, and how many models are
 * short of them.
 */
public final class AdmissionMetrics {
    private AdmissionMetrics() {}

    public static void register(MetricRegistry registry, NodeCapacity capacity) {
        gauge(
                registry,
                capacity,
                "backfill_calls_max",
                "Maximum number of calls open on the node",
                load -> load.maxCalls());
        gauge(registry, capacity, "backfill_calls_open", "Calls open on the node", load -> load.calls());
        gauge(
                registry,
                capacity,
                "backfill_call_bytes_budget",
                "Maximum number of bytes that all calls together may hold",
                load -> load.maxBytes());
        gauge(registry, capacity, "backfill_call_bytes_held", "Bytes that calls hold", load -> load.bytes());
        gauge(
                registry,
                capacity,
                "backfill_call_bytes_overflow",
                "Bytes of the one call admitted beyond the budget; 0 if there is none",
                load -> load.overflowBytes());
        gauge(
                registry,
                capacity,
                "backfill_models_without_capacity",
                "Models with calls that wait for the node's capacity",
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
