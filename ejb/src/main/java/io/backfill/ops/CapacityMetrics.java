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
 * The {@code /metrics} series of replicas, waiting calls and batches at risk. The series of a replica are registered with
 * the first call of its model and removed when the replica is no longer configured. Models that are not listed share one set
 * of series.
 */
public final class CapacityMetrics {
    private static final String WAITING = "backfill_requests_waiting";
    private static final List<Series> SERIES = List.of(
            new Series(
                    "backfill_replica_limit",
                    "backfill_endpoint_limit",
                    "Current limit of open calls at the replica; 0 during a pause that it asked for",
                    Figures::limit),
            new Series(
                    "backfill_replica_in_flight",
                    "backfill_endpoint_in_flight",
                    "Calls open at the replica",
                    Figures::open),
            new Series(
                    "backfill_replica_up",
                    "backfill_endpoint_up",
                    "1, or 0 while the replica fails or is suspected to hang",
                    Figures::up),
            new Series(
                    "backfill_replica_refusing",
                    "backfill_endpoint_refusing",
                    "Kinds of lines, by path and client's key, that the replica answers with 401, 403, 404 or 405",
                    Figures::refusing));

    private final MetricRegistry registry;
    private final FleetRegistry fleets;
    private final FairGate gate;
    private final ModelLabels labels;
    /** Confined, as is {@code models}, to the thread of {@link #refreshOnce}. */
    private final Set<Replica> known = new HashSet<>();

    private final Set<String> models = new HashSet<>();
    private volatile Map<Replica, Figures> figures = Map.of();
    private volatile Map<String, Long> waiting = Map.of();

    private record Replica(String model, URI address) {
        /** Returns the id of a series of this replica, whose address is the value of {@code label}. */
        MetricID id(String name, String label) {
            return new MetricID(name, new Tag("model", model), new Tag(label, address.toString()));
        }
    }

    /**
     * A series of every replica.
     *
     * @param deprecatedName further name of the series, which is kept for one release
     */
    private record Series(String name, String deprecatedName, String description, ToDoubleFunction<Figures> figure) {
        MetricID id(Replica replica) {
            return replica.id(name, "replica");
        }

        MetricID deprecatedId(Replica replica) {
            return replica.id(deprecatedName, "endpoint");
        }
    }

    /** Figures of one replica, aggregated over all models that share a label. */
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
                        "backfill_batches_at_risk",
                        "Batches running on this node that are expected to miss their window"),
                deadlines::atRisk);
    }

    /**
     * One pass: reads the state of every replica, registers series of new ones and removes those of replicas that have
     * gone. Not thread-safe.
     */
    public void refreshOnce() {
        Map<Replica, Figures> next = new HashMap<>();
        fleets.views().stream()
                .collect(groupingBy(view -> new Replica(labels.of(view.model()), view.address())))
                .forEach((replica, views) -> next.put(replica, Figures.of(views)));
        figures = next;
        waiting = gate.waiting().entrySet().stream()
                .collect(groupingBy(calls -> labels.of(calls.getKey()), summingLong(Map.Entry::getValue)));
        next.keySet().forEach(this::show);
        for (Iterator<Replica> all = known.iterator(); all.hasNext(); ) {
            Replica replica = all.next();
            if (!next.containsKey(replica)) {
                for (Series series : SERIES) {
                    registry.remove(series.id(replica));
                    registry.remove(series.deprecatedId(replica));
                }
                all.remove();
            }
        }
        models.removeIf(
                label -> !labels.isCurrent(label) && registry.remove(new MetricID(WAITING, new Tag("model", label))));
    }

    private void show(Replica replica) {
        String model = replica.model();
        if (models.add(model)) {
            registry.gauge(
                    Metrics.described(WAITING, "Calls that wait for their turn"),
                    () -> waiting.getOrDefault(model, 0L),
                    new Tag("model", model));
        }
        if (known.add(replica)) {
            for (Series series : SERIES) {
                gauge(replica, series.id(replica), series.description(), series.figure());
                gauge(replica, series.deprecatedId(replica), "Deprecated name of " + series.name(), series.figure());
            }
        }
    }

    private void gauge(Replica replica, MetricID id, String description, ToDoubleFunction<Figures> figure) {
        registry.gauge(
                Metrics.described(id.getName(), description),
                () -> {
                    Figures shown = figures.get(replica);
                    return shown == null ? Double.NaN : figure.applyAsDouble(shown);
                },
                id.getTagsAsArray());
    }
}
