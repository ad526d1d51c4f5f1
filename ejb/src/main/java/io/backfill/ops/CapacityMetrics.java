package io.backfill.ops;

import static java.util.stream.Collectors.groupingBy;
import static java.util.stream.Collectors.summingLong;

import io.backfill.fair.DeadlineWatch;
import io.backfill.fair.FairGate;
import io.backfill.replicas.FleetRegistry;
import io.backfill.replicas.ReplicaView;
import java.net.URI;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.ToDoubleFunction;
import org.eclipse.microprofile.metrics.MetricID;
import org.eclipse.microprofile.metrics.MetricRegistry;
import org.eclipse.microprofile.metrics.Tag;

/**
 * The {@code /metrics} series of endpoints, waiting calls and batches at risk. The series of an endpoint are registered with
 * the first call of its model and removed when the endpoint is no longer configured. Models that are not listed share one set
 * of series.
 */
public final class CapacityMetrics {
    private static final String WAITING = "backfill_requests_waiting";
    private static final String LIMIT = "backfill_endpoint_limit";
    private static final String OPEN = "backfill_endpoint_in_flight";
    private static final String UP = "backfill_endpoint_up";
    private static final String REFUSING = "backfill_endpoint_refusing";

    private final MetricRegistry registry;
    private final FleetRegistry fleets;
    private final FairGate gate;
    private final ModelLabels labels;
    /** Confined, as is {@code models}, to the thread of {@link #refreshOnce}. */
    private final Set<Endpoint> known = new HashSet<>();

    private final Set<String> models = new HashSet<>();
    private volatile Map<Endpoint, Figures> figures = Map.of();
    private volatile Map<String, Long> waiting = Map.of();

    private record Endpoint(String model, URI endpoint) {
        Tag[] tags() {
            return new Tag[] {new Tag("model", model), new Tag("endpoint", endpoint.toString())};
        }
    }

    /** Figures of one endpoint, aggregated over all models that share a label. */
    private record Figures(double limit, double open, double up, double refusing) {
        static Figures of(List<ReplicaView> views) {
            return new Figures(
                    views.stream().mapToDouble(ReplicaView::limit).max().orElse(Double.NaN),
                    views.stream().mapToDouble(ReplicaView::open).sum(),
                    views.stream().allMatch(ReplicaView::well) ? 1 : 0,
                    views.stream().mapToDouble(ReplicaView::refusing).sum());
        }
    }

    public CapacityMetrics(
            MetricRegistry registry, FleetRegistry fleets, FairGate gate, DeadlineWatch deadlines, ModelLabels labels) {
        this.registry = registry;
        this.fleets = fleets;
        this.gate = gate;
        this.labels = labels;
        registry.gauge(
                Metrics.described(
                        "backfill_batches_at_risk", "Batches running on this node that are expected to miss their window"),
                deadlines::atRisk);
    }

    /**
     * One pass: reads the state of every endpoint, registers series of new ones and removes those of endpoints that have
     * gone. Not thread-safe.
     */
    public void refreshOnce() {
        Map<Endpoint, Figures> next = new HashMap<>();
        fleets.views().stream()
                .collect(groupingBy(view -> new Endpoint(labels.of(view.model()), view.address())))
                .forEach((endpoint, views) -> next.put(endpoint, Figures.of(views)));
        figures = next;
        waiting = gate.waiting().entrySet().stream()
                .collect(groupingBy(calls -> labels.of(calls.getKey()), summingLong(Map.Entry::getValue)));
        next.keySet().forEach(this::show);
        for (Iterator<Endpoint> all = known.iterator(); all.hasNext(); ) {
            Endpoint endpoint = all.next();
            if (!next.containsKey(endpoint)) {
                List.of(LIMIT, OPEN, UP, REFUSING)
                        .forEach(name -> registry.remove(new MetricID(name, endpoint.tags())));
                all.remove();
            }
        }
        models.removeIf(
                label -> !labels.isCurrent(label) && registry.remove(new MetricID(WAITING, new Tag("model", label))));
    }

    private void show(Endpoint endpoint) {
        String model = endpoint.model();
        if (models.add(model)) {
            registry.gauge(
                    Metrics.described(WAITING, "Calls that wait for their turn"),
                    () -> waiting.getOrDefault(model, 0L),
                    new Tag("model", model));
        }
        if (known.add(endpoint)) {
            gauge(endpoint, LIMIT, "Current limit of open calls at the endpoint; 0 during a pause that it asked for", Figures::limit);
            gauge(endpoint, OPEN, "Calls open at the endpoint", Figures::open);
            gauge(endpoint, UP, "1, or 0 while the endpoint fails or is suspected to hang", Figures::up);
            gauge(
                    endpoint,
                    REFUSING,
                    "Kinds of lines, by path and client's key, that the endpoint answers with 401, 403, 404 or 405",
                    Figures::refusing);
        }
    }

    private void gauge(Endpoint endpoint, String name, String description, ToDoubleFunction<Figures> figure) {
        registry.gauge(
                Metrics.described(name, description),
                () -> {
                    Figures shown = figures.get(endpoint);
                    return shown == null ? Double.NaN : figure.applyAsDouble(shown);
                },
                endpoint.tags());
    }
}
