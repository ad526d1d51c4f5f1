package io.backfill.endpoints;

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
 * The endpoints of one model. A line goes to the endpoint that walks its range of the plan, as long as that one is up and does not
 * lag far behind the others; a call that is made again, or whose endpoint is not up, goes where the scorers say. Guarded by its
 * monitor; never waits.
 */
final class Fleet {
    /** A range leaves its endpoint when that may have less than a quarter of what another may have. */
    private static final int FAR_BEHIND = 4;

    private final LongSupplier nanoTime;
    private final ScoredPlacement scored;
    private Model model;
    private List<EndpointState> endpoints = List.of();

    Fleet(Model model, LongSupplier nanoTime) {
        this.nanoTime = nanoTime;
        this.scored = new ScoredPlacement(model.tuning().placement(), nanoTime);
        this.model = model;
        this.endpoints = statesOf(model);
    }

    Optional<Places.Place> tryTake(ModelRequest request) {
        synchronized (this) {
            if (request.model() != model) {
                configure(request.model());
            }
            return pick(request).map(picked -> take(picked, request));
        }
    }

    synchronized boolean isIdle() {
        return endpoints.stream().allMatch(state -> state.open() == 0);
    }

    synchronized List<EndpointView> views() {
        return endpoints.stream().map(state -> state.view(model.name())).toList();
    }

    synchronized Model model() {
        return model;
    }

    synchronized void polled(URI endpoint, EngineMetrics metrics) {
        for (EndpointState state : endpoints) {
            if (state.endpoint().equals(endpoint)) {
                state.polled(metrics);
            }
        }
    }

    private void configure(Model next) {
        if (!next.equals(model)) {
            endpoints = statesOf(next);
            scored.configure(next.tuning().placement());
        }
        model = next;
    }

    /** An endpoint that stays keeps what was learnt of it. */
    private List<EndpointState> statesOf(Model next) {
        List<EndpointState> states = new ArrayList<>();
        for (URI endpoint : next.endpoints()) {
            EndpointState state = endpoints.stream()
                    .filter(known -> known.endpoint().equals(endpoint))
                    .findFirst()
                    .orElseGet(() -> new EndpointState(endpoint, next, nanoTime));
            state.configure(next);
            states.add(state);
        }
        return states;
    }

    private Optional<EndpointState> pick(ModelRequest request) {
        Placement placement = model.tuning().placement();
        ModelRequest.Turn turnOf = request.turn();
        if (placement.ranges() && turnOf.attempt() == 1) {
            EndpointState own =
                    endpoints.get((int) ((long) turnOf.lane() * endpoints.size() / turnOf.lanes()) % endpoints.size());
            if (own.isUp() && !isFarBehind(own)) {
                return own.hasRoom() ? Optional.of(own) : Optional.empty();
            }
        }
        Optional<EndpointState> probe =
                endpoints.stream().filter(EndpointState::isProbeDue).findFirst();
        return probe.isPresent() ? probe : best(request);
    }

    private boolean isFarBehind(EndpointState own) {
        int most = 0;
        for (EndpointState state : endpoints) {
            if (state.isUp()) {
                most = Math.max(most, state.allowed());
            }
        }
        return own.allowed() * FAR_BEHIND < most;
    }

    private Optional<EndpointState> best(ModelRequest request) {
        List<EndpointState> able =
                endpoints.stream().filter(EndpointState::hasRoom).toList();
        if (able.isEmpty() && endpoints.stream().noneMatch(EndpointState::isWell)) {
            // nowhere better to go: whether a model is away is for the retries to find out
            able = endpoints.stream().filter(EndpointState::isBelowLimit).toList();
        }
        if (able.size() < 2) {
            return able.stream().findFirst();
        }
        return Optional.of(scored.best(able, request));
    }

    private Places.Place take(EndpointState picked, ModelRequest request) {
        boolean probe = !picked.isWell();
        picked.enter(request.turn().promptTokens(), probe);
        scored.sent(request, picked);
        return new Taken(picked, request.withEndpoint(picked.endpoint()), probe, nanoTime.getAsLong());
    }

    /** One call's place. */
    private final class Taken implements Places.Place {
        private final EndpointState state;
        private final ModelRequest request;
        private final boolean probe;
        private final long takenAt;
        private final AtomicBoolean released = new AtomicBoolean();

        Taken(EndpointState state, ModelRequest request, boolean probe, long takenAt) {
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
