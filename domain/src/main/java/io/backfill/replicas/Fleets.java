package io.backfill.replicas;

import io.backfill.dispatch.ModelRequest;
import io.backfill.fair.Places;
import io.backfill.models.Model;
import java.net.URI;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.function.LongSupplier;

/** The replicas of all models that this node calls. Thread-safe; never waits. */
public final class Fleets implements Places {
    private final LongSupplier nanoTime;
    private final ConcurrentMap<String, Fleet> fleets = new ConcurrentHashMap<>();

    public Fleets(LongSupplier nanoTime) {
        this.nanoTime = nanoTime;
    }

    @Override
    public Optional<Place> tryTake(ModelRequest request) {
        return fleets.computeIfAbsent(request.model().name(), name -> new Fleet(request.model(), nanoTime))
                .tryTake(request);
    }

    @Override
    public boolean wantsPrefix(ModelRequest request) {
        if (request.model().replicas().size() < 2) {
            return false;
        }
        Fleet fleet = fleets.get(request.model().name());
        return fleet != null && fleet.wantsPrefix(request);
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
