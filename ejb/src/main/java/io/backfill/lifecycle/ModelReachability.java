package io.backfill.lifecycle;

import static io.backfill.ops.BackfillLog.LOG;

import io.backfill.replicas.ReplicaView;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.LongSupplier;
import java.util.function.Predicate;
import java.util.function.Supplier;
import java.util.stream.Collectors;

/**
 * Logs once when all replicas of a model have become unreachable, and once when one of them answers again. Models that
 * {@code models.yaml} does not list are left out, since a client can invent any number of them. For one thread.
 */
public final class ModelReachability {
    private final Supplier<List<ReplicaView>> replicas;
    private final Predicate<String> listed;
    private final LongSupplier nanoTime;
    /** The models that were reported as unreachable, and since when. */
    private final Map<String, Long> unreachable = new HashMap<>();

    /** @param replicas the replicas that have been called; see {@link io.backfill.replicas.FleetRegistry#views} */
    public ModelReachability(Supplier<List<ReplicaView>> replicas, Predicate<String> listed, LongSupplier nanoTime) {
        this.replicas = replicas;
        this.listed = listed;
        this.nanoTime = nanoTime;
    }

    /** Compares the replicas with the previous pass and logs what has changed. */
    public void checkOnce() {
        Map<String, List<ReplicaView>> byModel =
                replicas.get().stream().collect(Collectors.groupingBy(ReplicaView::model));
        unreachable.keySet().removeIf(model -> !byModel.containsKey(model) || !listed.test(model));
        byModel.forEach((model, views) -> {
            if (views.stream().anyMatch(ReplicaView::well)) {
                Long since = unreachable.remove(model);
                if (since != null) {
                    Duration away = Duration.ofNanos(nanoTime.getAsLong() - since);
                    LOG.modelReachable(
                            model, Duration.ofSeconds(away.toSeconds()).toString());
                }
            } else if (listed.test(model) && unreachable.putIfAbsent(model, nanoTime.getAsLong()) == null) {
                LOG.modelUnreachable(model, views.size());
            }
        });
    }

    /** The models that are unreachable now. */
    List<String> unreachable() {
        return unreachable.keySet().stream().sorted().toList();
    }
}
