package io.backfill.ops;

import io.backfill.fair.DeadlineWatch;
import io.backfill.fair.FairGate;
import io.backfill.replicas.Fleets;
import io.backfill.replicas.ReplicaView;
import java.net.URI;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import java.util.function.ToDoubleFunction;
import java.util.stream.Collectors;
import org.eclipse.microprofile.metrics.MetricRegistry;
import org.eclipse.microprofile.metrics.Tag;

/**
 * What {@code /metrics} shows of endpoints, waiting calls and windows at risk. Endpoints come with the first call of their model;
 * one that is not configured any more stays, with NaN.
 */
public final class CapacityMetrics {
    private final MetricRegistry registry;
    private final Fleets fleets;
    private final FairGate gate;
    private final Set<Endpoint> known = new HashSet<>();
    private final Set<String> models = new HashSet<>();
    private volatile Map<Endpoint, ReplicaView> views = Map.of();

    private record Endpoint(String model, URI endpoint) {}

    public CapacityMetrics(MetricRegistry registry, Fleets fleets, FairGate gate, DeadlineWatch deadlines) {
        this.registry = registry;
        this.fleets = fleets;
        this.gate = gate;
        registry.gauge(
                Metrics.described(
                        "backfill_batches_at_risk", "Batches that run on this node and will miss their window"),
                deadlines::atRisk);
    }

    /** One pass, for one thread: looks at every endpoint, and registers those that are new. */
    public void refreshOnce() {
        views = fleets.views().stream()
                .collect(Collectors.toMap(view -> new Endpoint(view.model(), view.address()), Function.identity()));
        for (Endpoint endpoint : views.keySet()) {
            if (models.add(endpoint.model())) {
                registry.gauge(
                        Metrics.described("backfill_requests_waiting", "Calls that wait for their turn"),
                        () -> gate.waiting(endpoint.model()),
                        new Tag("model", endpoint.model()));
            }
            if (known.add(endpoint)) {
                gauge(
                        endpoint,
                        "backfill_endpoint_limit",
                        "Calls the endpoint may have now; 0 while it asked for a pause",
                        ReplicaView::limit);
                gauge(endpoint, "backfill_endpoint_in_flight", "Calls the endpoint has now", ReplicaView::open);
                gauge(
                        endpoint,
                        "backfill_endpoint_up",
                        "1, or 0 while its circuit is open",
                        view -> view.well() ? 1 : 0);
            }
        }
    }

    private void gauge(Endpoint endpoint, String name, String description, ToDoubleFunction<ReplicaView> figure) {
        registry.gauge(
                Metrics.described(name, description),
                () -> {
                    ReplicaView view = views.get(endpoint);
                    return view == null ? Double.NaN : figure.applyAsDouble(view);
                },
                new Tag("model", endpoint.model()),
                new Tag("endpoint", endpoint.endpoint().toString()));
    }
}
