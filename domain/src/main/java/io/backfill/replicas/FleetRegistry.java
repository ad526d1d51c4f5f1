package io.backfill.replicas;

import io.backfill.batches.Usage;
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

/** The replicas of all models that this node calls. Thread-safe. Never blocks. */
public final class FleetRegistry implements Places, ModelState {
    /** How long after its last call an unlisted model is kept. */
    private static final Duration REMEMBERED = Duration.ofMinutes(1);

    private final LongSupplier nanoTime;
    private final ConcurrentMap<String, Fleet> fleets = new ConcurrentHashMap<>();
    private volatile WakeUp wakeUp = (model, nanos) -> {};

    /** Called when calls of a model are refused only until a certain time. */
    @FunctionalInterface
    public interface WakeUp {
        /** Makes the model's waiting calls try again after {@code nanos} nanoseconds. Must return at once and not throw. */
        void after(String model, long nanos);
    }

    public FleetRegistry(LongSupplier nanoTime) {
        this.nanoTime = nanoTime;
    }

    @Override
    public Optional<Place> tryTake(ModelRequest request) {
        List<Place> taken = new ArrayList<>(1);
        // within compute, so that the fleet cannot be removed before it is used
        fleets.compute(request.model().name(), (name, known) -> {
            Fleet fleet = known == null ? new Fleet(request.model(), nanoTime) : known;
            fleet.tryTake(request).ifPresent(taken::add);
            return fleet;
        });
        if (taken.isEmpty()) {
            wakeLater(request.model().name());
        }
        return taken.stream().findFirst();
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

    /** Whether a replica of the model is healthy according to past calls, or none has been called yet. */
    public boolean answers(String model) {
        Fleet fleet = fleets.get(model);
        return fleet == null || fleet.answers();
    }

    /** Sets what makes waiting calls try again. */
    public void onLater(WakeUp newWakeUp) {
        wakeUp = newWakeUp;
    }

    private void wakeLater(String model) {
        Fleet fleet = fleets.get(model);
        if (fleet != null) {
            fleet.wakeUp().ifPresent(at -> wakeUp.after(model, Math.max(0, at - nanoTime.getAsLong())));
        }
    }

    /** Takes the usage of a line into account that a replica served. */
    public void used(ModelRequest request, Usage usage) {
        Fleet fleet = fleets.get(request.model().name());
        if (fleet != null) {
            fleet.used(request.id(), usage);
        }
    }

    /** Records that the engine at this address is being polled. */
    public void asked(URI replica) {
        mostOpen(replica);
    }

    private int mostOpen(URI replica) {
        return fleets.values().stream()
                .mapToInt(fleet -> fleet.mostOpen(replica))
                .sum();
    }

    /** Returns the models whose replicas have open calls, so that their engines need to be polled. */
    public List<Model> busy() {
        return fleets.values().stream()
                .filter(fleet -> !fleet.isIdle())
                .map(Fleet::model)
                .toList();
    }

    /** Passes the metrics of the engine at this address to all models that have it as a replica. */
    public void polled(URI replica, EngineMetrics metrics) {
        int open =
                fleets.values().stream().mapToInt(fleet -> fleet.open(replica)).sum();
        long ended = fleets.values().stream()
                .mapToLong(fleet -> fleet.ended(replica))
                .sum();
        OwnCalls own = new OwnCalls(open, mostOpen(replica), ended);
        fleets.values().forEach(fleet -> fleet.polled(replica, metrics, own));
    }

    public List<ReplicaView> views() {
        return fleets.values().stream().flatMap(fleet -> fleet.views().stream()).toList();
    }
}
