package io.backfill.replicas;

import io.backfill.dispatch.ModelRequest;
import io.backfill.dispatch.ModelState;
import io.backfill.fair.Places;
import io.backfill.models.Model;
import java.net.URI;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.function.LongSupplier;
import java.util.function.Predicate;

/** The replicas of all models that this node calls. Thread-safe; never waits. */
public final class Fleets implements Places, ModelState {
    /** A model that is not listed is forgotten so long after its last call. */
    private static final Duration REMEMBERED = Duration.ofMinutes(1);

    private final LongSupplier nanoTime;
    private final ConcurrentMap<String, Fleet> fleets = new ConcurrentHashMap<>();

    public Fleets(LongSupplier nanoTime) {
        this.nanoTime = nanoTime;
    }

    @Override
    public Optional<Place> tryTake(ModelRequest request) {
        List<Place> taken = new ArrayList<>(1);
        // inside of compute, so that it cannot be forgotten before it is used
        fleets.compute(request.model().name(), (name, known) -> {
            Fleet fleet = known == null ? new Fleet(request.model(), nanoTime) : known;
            fleet.tryTake(request).ifPresent(taken::add);
            return fleet;
        });
        return taken.isEmpty() ? Optional.empty() : Optional.of(taken.getFirst());
    }

    @Override
    public void forgetIdle(Predicate<String> kept) {
        for (String name : fleets.keySet()) {
            if (!kept.test(name)) {
                fleets.computeIfPresent(name, (key, fleet) -> fleet.isUnusedFor(REMEMBERED) ? null : fleet);
            }
        }
    }

    @Override
    public boolean wantsPrefix(ModelRequest request) {
        if (request.model().replicas().size() < 2) {
            return false;
        }
        Fleet fleet = fleets.get(request.model().name());
        return fleet != null && fleet.wantsPrefix(request);
    }

    /** Whether a replica of the model is well as far as calls have shown, or none was called yet. */
    public boolean answers(String model) {
        Fleet fleet = fleets.get(model);
        return fleet == null || fleet.answers();
    }

    /** Models whose replicas have calls open; their engines are worth asking. */
    public List<Model> busy() {
        return fleets.values().stream()
                .filter(fleet -> !fleet.isIdle())
                .map(Fleet::model)
                .toList();
    }

    /** The engine at this address said how it is: all models that have it as a replica hear of it. */
    public void polled(URI replica, EngineMetrics metrics) {
        int open =
                fleets.values().stream().mapToInt(fleet -> fleet.open(replica)).sum();
        fleets.values().forEach(fleet -> fleet.polled(replica, metrics, open));
    }

    public List<ReplicaView> views() {
        return fleets.values().stream().flatMap(fleet -> fleet.views().stream()).toList();
    }
}
