package io.backfill.replicas;

import static java.lang.System.Logger.Level.DEBUG;

import io.backfill.batches.Usage;
import io.backfill.dispatch.LineHistory;
import io.backfill.dispatch.LineKind;
import io.backfill.dispatch.ModelRequest;
import io.backfill.dispatch.Outcome;
import io.backfill.dispatch.Verdict;
import io.backfill.fair.Places;
import io.backfill.models.Model;
import io.backfill.models.Placement;
import java.net.URI;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.LongSupplier;
import java.util.function.Predicate;

/**
 * The replicas of one model. A line goes to the replica that processes its range of the plan, as long as that replica is up and
 * not far behind the others. A retry, or a line whose replica is not up, goes to the replica with the best score. Guarded by its
 * monitor. Never blocks.
 */
final class Fleet {
    private static final System.Logger LOG = System.getLogger("io.backfill.replicas");

    private static final String ALL_FAIL = "are sent although all replicas fail, to find out when one is back";
    private static final String ALL_PAUSE = "wait: all replicas have asked for a pause";

    /** A range is not bound to its replica while that replica's limit is less than a quarter of another's. */
    private static final int FAR_BEHIND = 4;

    private final LongSupplier nanoTime;
    private final ScoredPlacement scored;
    private Model model;
    private List<ReplicaState> replicas = List.of();
    private final ServedCalls served = new ServedCalls();
    private final WakeUps wakeUps = new WakeUps();
    private long usedAt;
    /** What keeps calls from being placed as usual, or empty. Only for the log. */
    private String obstacle = "";

    Fleet(Model model, LongSupplier nanoTime) {
        this.nanoTime = nanoTime;
        this.scored = new ScoredPlacement(model.tuning().placement(), nanoTime);
        this.model = model;
        this.replicas = statesOf(model);
        this.usedAt = nanoTime.getAsLong();
    }

    synchronized Optional<Places.Place> tryTake(ModelRequest request) {
        usedAt = nanoTime.getAsLong();
        if (request.model() != model) {
            configure(request.model());
        }
        LineKind kind = request.kind();
        Optional<ReplicaState> picked = pick(request, kind);
        if (picked.isEmpty()) {
            noteIfAll(ReplicaState::isPaused, ALL_PAUSE);
        }
        return picked.map(state -> take(state, request, kind));
    }

    /** Whether the scorers choose by prefix. This includes the case that the range's own replica is down or far behind. */
    synchronized boolean wantsPrefix(ModelRequest request) {
        return scored.byPrefix()
                && request.body().prefix().length == 0
                && ownOf(request, request.kind()).isEmpty();
    }

    synchronized boolean answers() {
        return replicas.isEmpty() || replicas.stream().anyMatch(ReplicaState::isHealthy);
    }

    synchronized boolean isIdle() {
        return replicas.stream().allMatch(state -> state.open() == 0);
    }

    synchronized boolean isUnusedFor(Duration time) {
        return isIdle() && nanoTime.getAsLong() - usedAt >= time.toNanos();
    }

    synchronized List<ReplicaView> views() {
        return replicas.stream().map(ReplicaState::view).toList();
    }

    synchronized Model model() {
        return model;
    }

    /** Returns the number of open calls at this address. */
    synchronized int open(URI replica) {
        return replicas.stream()
                .filter(state -> state.address().equals(replica))
                .mapToInt(ReplicaState::open)
                .sum();
    }

    /** Returns the largest number of open calls at this address since the last call of this method. */
    synchronized int mostOpen(URI replica) {
        return replicas.stream()
                .filter(state -> state.address().equals(replica))
                .mapToInt(ReplicaState::mostOpen)
                .sum();
    }

    /** Returns the number of ended calls at this address of which an engine counts the requests as finished. */
    synchronized long ended(URI replica) {
        return replicas.stream()
                .filter(state -> state.address().equals(replica))
                .mapToLong(ReplicaState::ended)
                .sum();
    }

    /** @param own this node's calls of all models at the address */
    synchronized void polled(URI replica, EngineMetrics metrics, OwnCalls own) {
        for (ReplicaState state : replicas) {
            if (state.address().equals(replica)) {
                state.polled(metrics, own);
            }
        }
    }

    /** Takes the usage of a line's last call into account, if a replica served it. */
    synchronized void used(String line, Usage usage) {
        served.take(line).ifPresent(call -> call.replica().used(call, usage));
    }

    /** Returns the nano time at which a replica that refused a call because of its pace takes one, if nothing waits for it yet. */
    synchronized OptionalLong wakeUp() {
        return wakeUps.take(nanoTime.getAsLong());
    }

    private void configure(Model next) {
        if (!next.equals(model)) {
            replicas = statesOf(next);
            scored.configure(next.tuning().placement());
        }
        model = next;
    }

    /** Returns the states of the replicas. A replica that was already known keeps its state. */
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

    private Optional<ReplicaState> pick(ModelRequest request, LineKind kind) {
        judgeSilence();
        Optional<ReplicaState> own = ownOf(request, kind);
        if (own.isPresent()) {
            return own.filter(state -> takesNow(state, request, kind));
        }
        List<ReplicaState> suitable = suitable(request, kind);
        Optional<ReplicaState> probe =
                suitable.stream().filter(state -> state.isProbeDue(kind)).findFirst();
        return probe.isPresent() ? probe : best(suitable, request, kind);
    }

    /** Returns the replica of the call's range. Empty if it is down or far behind, or if the scorers choose in any case. */
    private Optional<ReplicaState> ownOf(ModelRequest request, LineKind kind) {
        Placement placement = model.tuning().placement();
        ModelRequest.Scheduling scheduling = request.scheduling();
        if (!placement.ranges() || scheduling.attempt() > 1) {
            return Optional.empty();
        }
        ReplicaState own =
                replicas.get((int) ((long) scheduling.lane() * replicas.size() / scheduling.lanes()) % replicas.size());
        if (!own.isUp(kind)) {
            own.passOver(false);
            return Optional.empty();
        }
        if (isFarBehind(own, kind)) {
            own.passOver(true);
            return Optional.empty();
        }
        own.takesItsRanges();
        return Optional.of(own);
    }

    private void judgeSilence() {
        for (ReplicaState state : replicas) {
            if (state.isSilent()) {
                List<AnswerTimes> others = replicas.stream()
                        .filter(other -> other != state)
                        .map(ReplicaState::times)
                        .toList();
                state.judgeSilence(others);
            }
        }
    }

    /** Returns the replicas that have not failed the line if one of them is up, otherwise all. */
    private List<ReplicaState> suitable(ModelRequest request, LineKind kind) {
        Optional<LineHistory> history = request.scheduling().history();
        if (history.isEmpty() || request.scheduling().attempt() == 1) {
            return replicas;
        }
        List<ReplicaState> rest = replicas.stream()
                .filter(state -> !history.get().avoids(state.address()))
                .toList();
        return rest.stream().anyMatch(state -> state.isUp(kind)) ? rest : replicas;
    }

    private boolean takesNow(ReplicaState state, ModelRequest request, LineKind kind) {
        if (!state.hasRoom(kind) || !state.holds(request.scheduling().freshTokens())) {
            return false;
        }
        OptionalLong later = state.dueLater();
        later.ifPresent(wakeUps::refusedUntil);
        return later.isEmpty();
    }

    private boolean isFarBehind(ReplicaState own, LineKind kind) {
        int most = 0;
        for (ReplicaState state : replicas) {
            if (state.isUp(kind)) {
                most = Math.max(most, state.allowed());
            }
        }
        return own.allowed() * FAR_BEHIND < most;
    }

    private Optional<ReplicaState> best(List<ReplicaState> suitable, ModelRequest request, LineKind kind) {
        List<ReplicaState> able = suitable.stream()
                .filter(state -> takesNow(state, request, kind))
                .toList();
        if (able.isEmpty() && replicas.stream().noneMatch(state -> state.isWell(kind))) {
            // no replica is well: send anyway and let the retry policy find out whether the model is unavailable
            able = replicas.stream().filter(state -> state.isBelowLimit(kind)).toList();
            noteIfAll(state -> !state.isHealthy(), ALL_FAIL);
        }
        if (able.size() < 2) {
            return able.stream().findFirst();
        }
        return Optional.of(scored.best(able, request));
    }

    private void noteIfAll(Predicate<ReplicaState> condition, String what) {
        if (LOG.isLoggable(DEBUG) && replicas.stream().allMatch(condition)) {
            note(what);
        }
    }

    /** Logs what keeps calls from being placed as usual, or that nothing does anymore. Equal states are logged once. */
    private void note(String now) {
        if (!now.equals(obstacle)) {
            obstacle = now;
            String what = now.isEmpty() ? "are placed as usual again" : now;
            LOG.log(DEBUG, () -> "Calls of model " + model.name() + " " + what);
        }
    }

    private Places.Place take(ReplicaState picked, ModelRequest request, LineKind kind) {
        if (picked.isHealthy()) {
            note("");
        }
        if (request.scheduling().attempt() > 1 && LOG.isLoggable(DEBUG)) {
            LOG.log(
                    DEBUG,
                    "Attempt %d of line %s goes to replica %s of model %s"
                            .formatted(request.scheduling().attempt(), request.id(), picked.address(), model.name()));
        }
        ReplicaState.Entered entered = picked.enter(kind, request.scheduling());
        scored.sent(request, picked);
        return new Taken(picked, request.withReplica(picked.address()), kind, entered);
    }

    /** Guarded by the fleet. */
    private Verdict.Witness witness(ReplicaState state, LineKind kind, LineHistory history) {
        return new Verdict.Witness(
                state.servedSince(kind, history.refusedFirst()),
                state.servedSince(kind, history.refusedRepeatedly()),
                history.maySendElsewhere()
                        && replicas.stream()
                                .anyMatch(other ->
                                        other != state && other.isUp(kind) && !history.avoids(other.address())),
                kind.key().isPresent());
    }

    /** The place of one call. */
    private final class Taken implements Places.Place {
        private final ReplicaState state;
        private final ModelRequest request;
        private final LineKind kind;
        private final ReplicaState.Entered entered;
        private final AtomicBoolean released = new AtomicBoolean();

        Taken(ReplicaState state, ModelRequest request, LineKind kind, ReplicaState.Entered entered) {
            this.state = state;
            this.request = request;
            this.kind = kind;
            this.entered = entered;
        }

        @Override
        public ModelRequest request() {
            return request;
        }

        @Override
        public void release(Outcome outcome) {
            if (released.compareAndSet(false, true)) {
                synchronized (Fleet.this) {
                    try {
                        learn(outcome);
                    } finally {
                        state.leave(entered);
                    }
                }
            }
        }

        private void learn(Outcome outcome) {
            LineHistory history = request.scheduling().history().orElseGet(() -> new LineHistory(kind));
            Verdict verdict = Verdict.of(outcome, witness(state, kind, history));
            history.ended(state.address(), verdict, nanoTime.getAsLong());
            state.learn(entered, verdict, isAnswer(outcome), isFinished(outcome), outcome.retryAfter());
            if (verdict.replica() == Verdict.Replica.SERVED) {
                served.put(request.id(), entered.served(state, nanoTime.getAsLong()));
            }
        }

        /** Errors are not among the finished requests of engines. */
        private static boolean isFinished(Outcome outcome) {
            return switch (outcome) {
                case Outcome.Answered answered -> answered.status() < 300;
                case Outcome.Unreachable unreachable -> unreachable.sent();
                case Outcome.AnswerTooLarge _, Outcome.TimedOut _, Outcome.Cancelled _ -> true;
            };
        }

        private static boolean isAnswer(Outcome outcome) {
            return outcome instanceof Outcome.Answered || outcome instanceof Outcome.AnswerTooLarge;
        }
    }
}
