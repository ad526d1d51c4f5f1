package io.backfill.replicas;

import static java.lang.System.Logger.Level.DEBUG;

import io.backfill.batches.Usage;
import io.backfill.dispatch.LineKind;
import io.backfill.dispatch.ModelRequest;
import io.backfill.dispatch.Verdict;
import io.backfill.models.ContextLength;
import io.backfill.models.Model;
import io.backfill.models.Protection;
import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.function.LongSupplier;

/** State of one replica of a model, as observed by this node. Guarded by its fleet. */
final class ReplicaState {
    private static final System.Logger LOG = System.getLogger("io.backfill.replicas");

    /** Assumed cache size, in blocks of 256 bytes, of an engine that does not report it: 500,000 tokens. */
    private static final int USUAL_BLOCKS = 31_250 * 16 / 64;

    private static final int FAILURES_IN_A_ROW = 5;

    private final URI address;
    private final LongSupplier nanoTime;
    private final ReplicaLimit limit;
    private final ReplicaHealth health;
    private final AnswerTimes times;
    private final LineKinds kinds;
    private final SentPrefixes prefixes = new SentPrefixes(USUAL_BLOCKS);
    private Model model;
    private Optional<ContextLength> contextLength;
    private final PacedCalls calls;
    private long ended;
    /** Whether calls of its ranges go to other replicas. Only for the log. */
    private boolean passedOver;

    ReplicaState(URI address, Model model, LongSupplier nanoTime) {
        this.address = address;
        this.nanoTime = nanoTime;
        this.model = model;
        this.limit = limitFor(model, model.tuning().protection());
        this.health = new ReplicaHealth(this::name, FAILURES_IN_A_ROW, nanoTime);
        this.times = new AnswerTimes(nanoTime);
        this.kinds = new LineKinds(nanoTime);
        this.calls = new PacedCalls(model, nanoTime);
        this.contextLength = contextLengthIn(model);
    }

    void configure(Model next) {
        model = next;
        limit.configure(next.tuning().protection(), next.retry().patience(), firstLimit(next), next.maxInFlight());
        calls.configure(next);
        for (LineKindState kind : kinds.all()) {
            kind.limit()
                    .ifPresent(own -> own.configure(
                            Optional.empty(), next.retry().patience(), firstLimit(next), next.maxInFlight()));
        }
        contextLength = contextLengthIn(next);
    }

    URI address() {
        return address;
    }

    int open() {
        return calls.count();
    }

    /** Returns the prompt tokens, cached or not, of this node's open calls at the replica. */
    long promptTokens() {
        return calls.promptTokens();
    }

    Optional<ContextLength> contextLength() {
        return contextLength;
    }

    /** Returns how many calls may be open now; 0 during a pause that the replica requested. */
    int allowed() {
        return Math.min(limit.now(), calls.allowed());
    }

    /** Whether the replica may hold that many more uncached prompt tokens. */
    boolean holds(long fresh) {
        return calls.holds(fresh);
    }

    /** Returns the nano time at which the next call may be sent; empty if it may be sent now. */
    OptionalLong dueLater() {
        return calls.dueLater();
    }

    AnswerTimes times() {
        return times;
    }

    /** Whether the replica has not answered for so long that it may be hanging. */
    boolean isSilent() {
        return health.isHealthy() && times.isSilent();
    }

    /** @param others times of the other replicas */
    void judgeSilence(List<AnswerTimes> others) {
        if (times.isSilentBeside(others)) {
            health.suspect();
        }
    }

    /** Whether the replica is not known to fail, regardless of the kinds of lines that it refuses. */
    boolean isHealthy() {
        return health.isHealthy();
    }

    /** Whether the replica is known neither to fail nor to refuse lines of the kind. */
    boolean isWell(LineKind kind) {
        return health.isHealthy()
                && kinds.find(kind).map(known -> known.health().isHealthy()).orElse(true);
    }

    /** Whether the replica is well and has not requested a pause, so that it is worth waiting for. */
    boolean isUp(LineKind kind) {
        return isWell(kind)
                && !limit.isClosed()
                && !kinds.find(kind).map(LineKindState::isClosed).orElse(false);
    }

    /** Whether the replica requested a pause that is not over yet. */
    boolean isPaused() {
        return limit.isClosed();
    }

    boolean hasRoom(LineKind kind) {
        return isWell(kind) && isBelowLimit(kind);
    }

    boolean isBelowLimit(LineKind kind) {
        return calls.count() < allowed()
                && kinds.find(kind).map(LineKindState::isBelowLimit).orElse(true);
    }

    /** Whether a call of the kind may be sent as a probe. */
    boolean isProbeDue(LineKind kind) {
        Optional<ReplicaHealth> ofKind = kinds.find(kind).map(LineKindState::health);
        boolean kindWell = ofKind.map(ReplicaHealth::isHealthy).orElse(true);
        boolean kindDue = ofKind.map(ReplicaHealth::isProbeDue).orElse(false);
        boolean due = health.isHealthy() ? kindDue : health.isProbeDue() && (kindWell || kindDue);
        return due && isBelowLimit(kind);
    }

    SentPrefixes prefixes() {
        return prefixes;
    }

    Optional<EngineMetrics> metrics() {
        return limit.fresh();
    }

    /** Whether a line of the kind was served after {@code moment}. */
    boolean servedSince(LineKind kind, OptionalLong moment) {
        return kinds.find(kind).map(known -> known.servedSince(moment)).orElse(false);
    }

    /** Records that a call is being sent. The result states whether it is a probe. */
    Entered enter(LineKind kind, ModelRequest.Scheduling scheduling) {
        long now = nanoTime.getAsLong();
        LineKindState ofKind = kinds.sent(kind, this::newKind);
        Entered entered = new Entered(
                ofKind,
                scheduling.promptTokens(),
                scheduling.freshTokens(),
                scheduling.cost(),
                now,
                health.isProbeDue(),
                ofKind.health().isProbeDue());
        Duration atMost = model.timeout().plus(model.retry().max());
        if (entered.probe) {
            health.probing(atMost);
        }
        if (entered.kindProbe) {
            ofKind.health().probing(atMost);
        }
        calls.enter(entered.tokens, entered.fresh, entered.cost);
        ofKind.enter();
        times.sent();
        return entered;
    }

    /** Records that the call has ended and frees its place. */
    void leave(Entered call) {
        calls.leave(call.tokens, call.fresh);
        call.kind.leave();
        times.ended();
    }

    /**
     * Records the outcome of a call before {@link #leave}.
     *
     * @param answered whether an answer of any kind arrived
     * @param finished whether an engine counts the request as finished
     * @param pause requested by the answer
     */
    void learn(Entered call, Verdict verdict, boolean answered, boolean finished, Optional<Duration> pause) {
        if (finished) {
            ended++;
        }
        if (answered) {
            times.answered();
        }
        if (verdict.replica() == Verdict.Replica.SERVED) {
            times.served(call.sentAt);
        }
        EndedCall ended = new EndedCall(call, verdict, pause.map(model.retry()::bounded), nanoTime.getAsLong());
        ReplicaLimit.Signal signal = ReplicaLimit.Signal.of(verdict.replica());
        boolean ofKind = verdict.scope() == Verdict.Scope.KIND;
        learnLimit(ofKind ? ReplicaLimit.Signal.NONE : signal, ended);
        call.kind.learn(ended, ofKind || signal == ReplicaLimit.Signal.SERVED ? signal : ReplicaLimit.Signal.NONE);
        health.ended(ReplicaHealth.Sign.of(verdict.replica()), call.probe);
    }

    private void learnLimit(ReplicaLimit.Signal signal, EndedCall ended) {
        boolean mayDecrease = signal == ReplicaLimit.Signal.SATURATED || signal == ReplicaLimit.Signal.EXPIRED;
        int before = mayDecrease && LOG.isLoggable(DEBUG) ? limit.now() : 0;
        limit.answered(signal, ended.pause(), ended.call().sentAt, calls.count());
        if (before > 0) {
            String pause = ended.pause()
                    .map(asked -> " and asked for a pause of " + asked.toMillis() + " ms")
                    .orElse("");
            logDecrease(before, "it reported that it has too many calls" + pause);
        }
    }

    /** @param before the previous limit, positive */
    private void logDecrease(int before, String why) {
        int now = limit.now();
        if (now < before) {
            LOG.log(DEBUG, "%s may have %d calls instead of %d: %s".formatted(name(), now, before, why));
        }
    }

    /**
     * Logs once that calls of its ranges go to other replicas. Does nothing if it only refuses their kind.
     *
     * @param farBehind whether this is because its limit is low
     */
    void passOver(boolean farBehind) {
        if (passedOver || !farBehind && health.isHealthy() && !isPaused()) {
            return;
        }
        passedOver = true;
        String why = farBehind ? "its limit is far below another's" : isPaused() ? "it asked for a pause" : "it fails";
        LOG.log(
                DEBUG,
                () -> "%s does not get the calls of its ranges: %s (%d calls open, limit %d)"
                        .formatted(name(), why, open(), allowed()));
    }

    /** Logs once that calls of its ranges go to it again. */
    void takesItsRanges() {
        if (passedOver) {
            passedOver = false;
            LOG.log(DEBUG, () -> name() + " gets the calls of its ranges again");
        }
    }

    /** Returns how many calls have ended of which an engine counts the request as finished. */
    long ended() {
        return ended;
    }

    /** Returns the largest number of open calls since the last call of this method. */
    int mostOpen() {
        return calls.mostSinceLast();
    }

    /** @param own this node's calls of all models at the engine */
    void polled(EngineMetrics metrics, OwnCalls own) {
        int before = LOG.isLoggable(DEBUG) ? limit.now() : 0;
        limit.polled(metrics, open(), own.open());
        int paced = calls.allowed();
        calls.polled(metrics, own);
        if (calls.allowed() != paced) {
            LOG.log(DEBUG, () -> name() + " needs " + calls.allowed() + " calls instead of " + paced);
        }
        if (before > 0) {
            logDecrease(
                    before, "its engine runs %d calls, %d more wait".formatted(metrics.running(), metrics.waiting()));
        }
        metrics.cacheBlocks().ifPresent(blocks -> prefixes.capacity(Math.max(1, blocks * 16 / 64)));
    }

    ReplicaView view() {
        return new ReplicaView(model.name(), address, allowed(), open(), health.isHealthy(), kinds.refused());
    }

    /** Takes the usage of a call into account that the replica served. */
    void used(ServedCall call, Usage usage) {
        calls.served(call, usage);
    }

    private LineKindState newKind(LineKind kind) {
        return new LineKindState(
                () -> name() + ", for " + kind.path() + (kind.key().isPresent() ? " with a client's key," : ","),
                kind.key().map(key -> limitFor(model, Optional.empty())),
                nanoTime);
    }

    /** Names the replica at the beginning of a log message. */
    private String name() {
        return "Replica " + address + " of model " + model.name();
    }

    private ReplicaLimit limitFor(Model of, Optional<Protection> protection) {
        return new ReplicaLimit(
                LimitConfig.DEFAULT, protection, of.retry().patience(), firstLimit(of), of.maxInFlight(), nanoTime);
    }

    /** Returns twice the replica's part of the cap: enough to find out its capacity, too little to absorb all lines at once. */
    private static int firstLimit(Model model) {
        return Math.clamp(2L * model.maxInFlight() / model.replicas().size(), 1, model.maxInFlight());
    }

    private Optional<ContextLength> contextLengthIn(Model of) {
        return Optional.ofNullable(of.tuning().placement().contextLengths().get(address));
    }

    /**
     * A call that was sent to the replica.
     *
     * @param tokens of its prompt
     * @param fresh expected number of prompt tokens that are not cached
     * @param cost expected cost
     * @param probe whether it was sent to probe the replica
     * @param kindProbe whether it was sent to probe whether the replica serves lines of this kind
     */
    record Entered(
            LineKindState kind, int tokens, long fresh, long cost, long sentAt, boolean probe, boolean kindProbe) {
        ServedCall served(ReplicaState replica, long now) {
            return new ServedCall(replica, cost, Math.max(1, now - sentAt) / 1e9);
        }
    }
}
