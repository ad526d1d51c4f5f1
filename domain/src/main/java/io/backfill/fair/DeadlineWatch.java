package io.backfill.fair;

import io.backfill.ids.BatchId;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.function.LongSupplier;
import java.util.stream.Collectors;

/**
 * Measures the throughput of models and determines which batches of this node will miss their window. Batches that are not planned
 * yet and the work of other nodes are not included. Thread-safe; {@link #assessOnce} is for one thread.
 */
public final class DeadlineWatch {
    private final InstantSource time;
    private final LongSupplier nanoTime;
    private final ConcurrentMap<String, ModelRate> rates = new ConcurrentHashMap<>();
    private volatile Map<BatchId, DeadlineRisk> risks = Map.of();
    private long lastNanos;

    public DeadlineWatch(InstantSource time, LongSupplier nanoTime) {
        this.time = time;
        this.nanoTime = nanoTime;
        this.lastNanos = nanoTime.getAsLong();
    }

    /** Records that a call of that cost was answered. */
    public void finished(String model, long cost) {
        rates.computeIfAbsent(model, name -> new ModelRate()).finished(cost);
    }

    /**
     * Assesses all batches. Called about once a second.
     *
     * @param demands all work that this node has left
     */
    public void assessOnce(Collection<Demand> demands) {
        long nanos = nanoTime.getAsLong();
        double seconds = (nanos - lastNanos) / 1e9;
        lastNanos = nanos;
        Instant now = time.instant();
        Map<String, List<Demand>> byModel =
                demands.stream().filter(demand -> demand.cost() > 0).collect(Collectors.groupingBy(Demand::model));
        rates.keySet().retainAll(demands.stream().map(Demand::model).collect(Collectors.toSet()));
        Map<BatchId, DeadlineRisk> next = new HashMap<>();
        byModel.forEach((model, wanted) -> {
            ModelRate rate = rates.computeIfAbsent(model, name -> new ModelRate());
            rate.tick(seconds, true);
            OptionalDouble safe = rate.safe();
            if (safe.isPresent()) {
                Feasibility.of(wanted, safe.getAsDouble(), rate.best().orElse(Double.POSITIVE_INFINITY), now)
                        .forEach((batch, risk) -> next.merge(batch, risk, DeadlineRisk::and));
            }
        });
        risks = Map.copyOf(next);
    }

    /** Returns the deadline risk of a batch, or {@link DeadlineRisk#UNKNOWN} while there is no basis for one. */
    public DeadlineRisk of(BatchId batch) {
        return risks.getOrDefault(batch, DeadlineRisk.UNKNOWN);
    }

    /** Returns the number of batches of this node that will miss their window. */
    public long atRisk() {
        return risks.values().stream().filter(DeadlineRisk::atRisk).count();
    }
}
