package io.backfill.replicas;

import io.backfill.dispatch.ModelRequest;
import io.backfill.dispatch.Outcome;
import io.backfill.fair.Places;
import io.backfill.models.Model;
import io.backfill.models.Placement;
import java.net.URI;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.LongSupplier;

/**
 * The replicas of one model. A line goes to the replica that walks its range of the plan, as long as that one is up and does not
 * lag far behind the others; a call that is made again, or whose replica is not up, goes where the scorers say. Guarded by its
 * monitor; never waits.
 */
final class Fleet {
    /** A range leaves its replica when that may have less than a quarter of what another may have. */
    private static final int FAR_BEHIND = 4;

    private final LongSupplier nanoTime;
    private final ScoredPlacement scored;
    private Model model;
    private List<ReplicaState> replicas = List.of();

    Fleet(Model model, LongSupplier nanoTime) {
        this.nanoTime = nanoTime;
        this.scored = new ScoredPlacement(model.tuning().placement(), nanoTime);
        this.model = model;
        this.replicas = statesOf(model);
    }

    Optional<Places.Place> tryTake(ModelRequest request) {
        synchronized (this) {
            if (request.model() != model) {
                configure(request.model());
            }
            return pick(request).map(picked -> take(picked, request));
        }
    }

    /** True also where the range's own replica is down or far behind: then the scorers choose. */
    synchronized boolean wantsPrefix(ModelRequest request) {
        return scored.byPrefix()
                && request.body().prefix().length == 0
                && !ownOf(request).isPresent();
    }

    synchronized boolean isIdle() {
        return replicas.stream().allMatch(state -> state.open() == 0);
    }

    synchronized List<ReplicaView> views() {
        return replicas.stream().map(state -> state.view(model.name())).toList();
    }

    synchronized Model model() {
        return model;
    }

    synchronized void polled(URI replica, EngineMetrics metrics) {
        for (ReplicaState state : replicas) {
            if (state.address().equals(replica)) {
                state.polled(metrics);
            }
        }
    }

    private void configure(Model next) {
        if (!next.equals(model)) {
            replicas = statesOf(next);
            scored.configure(next.tuning().placement());
        }
        model = next;
    }

    /** A replica that stays keeps what was learnt of it. */
    private List<ReplicaState> statesOf(Model next) {
        List<ReplicaState> states = new ArrayList<>();
        for (URI replica : next.replicas()) {
            ReplicaState state = replicas.stream()
                    .filter(known -> known.address().equals(replica))
                    .findFirst()
                    .orElseGet(() -> new ReplicaState(replica, next, nanoTime));
            state.configure(next);
            states.add(state);
        }
        return states;
    }

    private Optional<ReplicaState> pick(ModelRequest request) {
        Optional<ReplicaState> own = ownOf(request);
        if (own.isPresent()) {
            return own.filter(ReplicaState::hasRoom);
        }
        Optional<ReplicaState> probe =
                replicas.stream().filter(ReplicaState::isProbeDue).findFirst();
        return probe.isPresent() ? probe : best(request);
    }

    /** The replica that walks the call's range; empty when it is down or far behind, or the scorers choose anyway. */
    private Optional<ReplicaState> ownOf(ModelRequest request) {
        Placement placement = model.tuning().placement();
        ModelRequest.Turn turnOf = request.turn();
        if (!placement.ranges() || turnOf.attempt() > 1) {
            return Optional.empty();
        }
        ReplicaState own =
                replicas.get((int) ((long) turnOf.lane() * replicas.size() / turnOf.lanes()) % replicas.size());
        return own.isUp() && !isFarBehind(own) ? Optional.of(own) : Optional.empty();
    }

    private boolean isFarBehind(ReplicaState own) {
        int most = 0;
        for (ReplicaState state : replicas) {
            if (state.isUp()) {
                most = Math.max(most, state.allowed());
            }
        }
        return own.allowed() * FAR_BEHIND < most;
    }

    private Optional<ReplicaState> best(ModelRequest request) {
        List<ReplicaState> able =
                replicas.stream().filter(ReplicaState::hasRoom).toList();
        if (able.isEmpty() && replicas.stream().noneMatch(ReplicaState::isWell)) {
            // nowhere better to go: whether a model is away is for the retries to find out
            able = replicas.stream().filter(ReplicaState::isBelowLimit).toList();
        }
        if (able.size() < 2) {
            return able.stream().findFirst();
        }
        return Optional.of(scored.best(able, request));
    }

    private Places.Place take(ReplicaState picked, ModelRequest request) {
        boolean probe = !picked.isWell();
        picked.enter(request.turn().promptTokens(), probe);
        scored.sent(request, picked);
        return new Taken(picked, request.withReplica(picked.address()), probe, nanoTime.getAsLong());
    }

    /** One call's place. */
    private final class Taken implements Places.Place {
        private final ReplicaState state;
        private final ModelRequest request;
        private final boolean probe;
        private final long takenAt;
        private final AtomicBoolean released = new AtomicBoolean();

        Taken(ReplicaState state, ModelRequest request, boolean probe, long takenAt) {
            this.state = state;
            this.request = request;
            this.probe = probe;
            this.takenAt = takenAt;
        }

        @Override
        public ModelRequest request() {
            return request;
        }

        @Override
        public void release(Outcome outcome) {
            if (released.compareAndSet(false, true)) {
                synchronized (Fleet.this) {
                    state.leave(outcome, request.turn().promptTokens(), takenAt, probe);
                }
            }
        }
    }
}
