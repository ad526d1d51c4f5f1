package io.backfill.replicas;

import io.backfill.dispatch.LineKind;
import io.backfill.dispatch.Verdict;
import io.backfill.models.ContextLength;
import io.backfill.models.Model;
import io.backfill.models.Protection;
import java.net.URI;
import java.time.Duration;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.function.LongSupplier;

/** What this node knows of one replica of a model. Guarded by its fleet. */
final class ReplicaState {
    /** Blocks of 256 bytes in the cache of an engine that does not say its size: 500,000 tokens. */
    private static final int USUAL_BLOCKS = 31_250 * 16 / 64;

    private static final int FAILURES_IN_A_ROW = 5;
    private static final long LEAST_SILENCE = Duration.ofSeconds(30).toNanos();
    private static final int SILENT_MEDIANS = 10;

    private final URI address;
    private final LongSupplier nanoTime;
    private final ReplicaLimit limit;
    private final ReplicaHealth health;
    private final AnswerTimes times;
    private final Kinds kinds;
    private final SentPrefixes prefixes = new SentPrefixes(USUAL_BLOCKS);
    private Model model;
    private Optional<ContextLength> contextLength;
    private int open;
    /** Of the open calls. */
    private long promptTokens;

    ReplicaState(URI address, Model model, LongSupplier nanoTime) {
        this.address = address;
        this.nanoTime = nanoTime;
        this.model = model;
        this.limit = limitFor(model, model.tuning().protection());
        this.health = new ReplicaHealth(FAILURES_IN_A_ROW, nanoTime);
        this.times = new AnswerTimes(nanoTime);
        this.kinds = new Kinds(nanoTime);
        this.contextLength = contextLengthIn(model);
    }

    void configure(Model next) {
        model = next;
        limit.configure(next.tuning().protection(), next.retry().patience(), firstLimit(next), next.maxInFlight());
        for (KindState kind : kinds.all()) {
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
        return open;
    }

    /** Of this node's open calls there, cached or not. */
    long promptTokens() {
        return promptTokens;
    }

    Optional<ContextLength> contextLength() {
        return contextLength;
    }

    int allowed() {
        return limit.now();
    }

    AnswerTimes times() {
        return times;
    }

    /** Owes answers for so long that it may be hanging, whatever the others do. */
    boolean isSilent() {
        return health.isHealthy() && times.silence() > LEAST_SILENCE;
    }

    /** @param othersMedian how long the other replicas took for lines that they served during the silence */
    void judgeSilence(OptionalLong othersMedian) {
        if (othersMedian.isPresent() && times.silence() > othersMedian.getAsLong() * SILENT_MEDIANS) {
            health.suspect();
        }
    }

    /** Not known to fail, whatever kinds of lines it refuses. */
    boolean isHealthy() {
        return health.isHealthy();
    }

    /** Neither known to fail nor to refuse lines of the kind. */
    boolean isWell(LineKind kind) {
        return health.isHealthy()
                && kinds.find(kind).map(known -> known.health().isHealthy()).orElse(true);
    }

    /** Worth waiting for: well, and not asked to pause. */
    boolean isUp(LineKind kind) {
        return isWell(kind)
                && !limit.isClosed()
                && !kinds.find(kind).map(KindState::isClosed).orElse(false);
    }

    boolean hasRoom(LineKind kind) {
        return isWell(kind) && isBelowLimit(kind);
    }

    boolean isBelowLimit(LineKind kind) {
        return open < limit.now()
                && kinds.find(kind).map(KindState::isBelowLimit).orElse(true);
    }

    /** A call of the kind would tell how the replica is, and may be sent. */
    boolean isProbeDue(LineKind kind) {
        Optional<ReplicaHealth> ofKind = kinds.find(kind).map(KindState::health);
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

    /** A call is sent there; what it is sent for is in the result. */
    Entered enter(LineKind kind, int tokens) {
        KindState ofKind = kinds.sent(kind, this::newKind);
        Entered entered = new Entered(
                ofKind,
                tokens,
                nanoTime.getAsLong(),
                health.isProbeDue(),
                ofKind.health().isProbeDue());
        Duration atMost = model.timeout().plus(model.retry().max());
        if (entered.probe) {
            health.probing(atMost);
        }
        if (entered.kindProbe) {
            ofKind.health().probing(atMost);
        }
        open++;
        promptTokens += tokens;
        ofKind.enter();
        times.sent();
        return entered;
    }

    /** The call is over; its place is free. */
    void leave(Entered call) {
        open--;
        promptTokens -= call.tokens;
        call.kind.leave();
        times.ended();
    }

    /**
     * What became of a call, before it leaves.
     *
     * @param answered an answer came, whatever it was
     * @param pause that the answer asked for
     */
    void learn(Entered call, Verdict verdict, boolean answered, Optional<Duration> pause) {
        if (answered) {
            times.answered();
        }
        if (verdict.replica() == Verdict.Replica.SERVED) {
            times.served(call.sentAt);
        }
        Ended ended = new Ended(
                verdict,
                pause.map(model.retry()::bounded),
                call.sentAt,
                nanoTime.getAsLong(),
                call.probe,
                call.kindProbe);
        ReplicaLimit.Signal signal = signal(verdict.replica());
        boolean ofKind = verdict.scope() == Verdict.Scope.KIND;
        limit.answered(ofKind ? ReplicaLimit.Signal.NONE : signal, ended.pause(), ended.sentAt(), open);
        call.kind.learn(ended, ofKind || signal == ReplicaLimit.Signal.SERVED ? signal : ReplicaLimit.Signal.NONE);
        health.ended(sign(verdict.replica()), call.probe);
    }

    private static ReplicaLimit.Signal signal(Verdict.Replica replica) {
        return switch (replica) {
            case SERVED -> ReplicaLimit.Signal.SERVED;
            case SATURATED -> ReplicaLimit.Signal.SATURATED;
            case EXPIRED -> ReplicaLimit.Signal.EXPIRED;
            case WORKS, FAILED, UNREACHABLE, REFUSED, NOTHING -> ReplicaLimit.Signal.NONE;
        };
    }

    private static ReplicaHealth.Sign sign(Verdict.Replica replica) {
        return switch (replica) {
            case SERVED, WORKS, SATURATED, EXPIRED, REFUSED -> ReplicaHealth.Sign.WELL;
            case FAILED -> ReplicaHealth.Sign.FAILED;
            case UNREACHABLE -> ReplicaHealth.Sign.UNREACHABLE;
            case NOTHING -> ReplicaHealth.Sign.NONE;
        };
    }

    /** @param openAtEngine this node's open calls at the address, of all models */
    void polled(EngineMetrics metrics, int openAtEngine) {
        limit.polled(metrics, open, openAtEngine);
        metrics.cacheBlocks().ifPresent(blocks -> prefixes.capacity(Math.max(1, blocks * 16 / 64)));
    }

    ReplicaView view() {
        return new ReplicaView(model.name(), address, limit.now(), open, health.isHealthy(), kinds.refused());
    }

    private KindState newKind(LineKind kind) {
        return new KindState(kind.key().map(key -> limitFor(model, Optional.empty())), nanoTime);
    }

    private ReplicaLimit limitFor(Model of, Optional<Protection> protection) {
        return new ReplicaLimit(
                LimitConfig.DEFAULT, protection, of.retry().patience(), firstLimit(of), of.maxInFlight(), nanoTime);
    }

    /** Twice the replica's part of the cap: enough to find out what it can take, too little to swallow all lines at once. */
    private static int firstLimit(Model model) {
        return Math.clamp(2L * model.maxInFlight() / model.replicas().size(), 1, model.maxInFlight());
    }

    private Optional<ContextLength> contextLengthIn(Model of) {
        return Optional.ofNullable(of.tuning().placement().contextLengths().get(address));
    }

    /** A call that was sent there and has not come back. */
    record Entered(KindState kind, int tokens, long sentAt, boolean probe, boolean kindProbe) {}
}
