package io.backfill.replicas;

import io.backfill.dispatch.Outcome;
import io.backfill.models.ContextLength;
import io.backfill.models.Model;
import java.net.URI;
import java.time.Duration;
import java.util.Optional;
import java.util.function.LongSupplier;

/** What this node knows of one replica. Guarded by its fleet. */
final class ReplicaState {
    /** Blocks of 256 bytes in the cache of an engine that does not say its size: 500,000 tokens. */
    private static final int USUAL_BLOCKS = 31_250 * 16 / 64;

    private final URI address;
    private final ReplicaLimit limit;
    private final CircuitBreaker breaker;
    private final SentPrefixes prefixes = new SentPrefixes(USUAL_BLOCKS);
    private Optional<ContextLength> contextLength;
    private int open;
    /** Of the open calls. */
    private long promptTokens;

    ReplicaState(URI address, Model model, LongSupplier nanoTime) {
        this.address = address;
        this.limit = new ReplicaLimit(
                LimitConfig.DEFAULT,
                model.tuning().protection(),
                model.retry().patience(),
                model.maxInFlight(),
                nanoTime);
        this.breaker = new CircuitBreaker(nanoTime);
        this.contextLength = contextLengthIn(model);
    }

    void configure(Model model) {
        limit.configure(model.tuning().protection(), model.retry().patience(), model.maxInFlight());
        contextLength = contextLengthIn(model);
    }

    URI address() {
        return address;
    }

    int open() {
        return open;
    }

    /** Of our open calls there, cached or not. */
    long promptTokens() {
        return promptTokens;
    }

    Optional<ContextLength> contextLength() {
        return contextLength;
    }

    int allowed() {
        return limit.now();
    }

    boolean isWell() {
        return !breaker.isOpen();
    }

    /** Worth waiting for: well, and not asked to pause. */
    boolean isUp() {
        return isWell() && !limit.isClosed();
    }

    boolean hasRoom() {
        return isWell() && isBelowLimit();
    }

    boolean isBelowLimit() {
        return open < limit.now();
    }

    boolean isProbeDue() {
        return breaker.isProbeDue();
    }

    SentPrefixes prefixes() {
        return prefixes;
    }

    Optional<EngineMetrics> metrics() {
        return limit.fresh();
    }

    void enter(int tokens, boolean probe) {
        open++;
        promptTokens += tokens;
        if (probe) {
            breaker.probing();
        }
    }

    void leave(Outcome outcome, int tokens, long sentAt, boolean probe) {
        limit.answered(signal(outcome), retryAfter(outcome), sentAt, open);
        breaker.ended(health(outcome), probe);
        open--;
        promptTokens -= tokens;
    }

    void polled(EngineMetrics metrics) {
        limit.polled(metrics, open);
        metrics.cacheBlocks().ifPresent(blocks -> prefixes.capacity(Math.max(1, blocks * 16 / 64)));
    }

    ReplicaView view(String model) {
        return new ReplicaView(model, address, limit.now(), open, isWell());
    }

    private Optional<ContextLength> contextLengthIn(Model model) {
        return Optional.ofNullable(model.tuning().placement().contextLengths().get(address));
    }

    private static Optional<Duration> retryAfter(Outcome outcome) {
        return outcome instanceof Outcome.Answered answered ? answered.retryAfter() : Optional.empty();
    }

    /** Reasons are llm-d's; a 429 or 503 without one is the engine's own "too many". */
    private static ReplicaLimit.Signal signal(Outcome outcome) {
        if (!(outcome instanceof Outcome.Answered answered)) {
            return ReplicaLimit.Signal.NONE;
        }
        if (answered.dropReason().isPresent()) {
            return switch (answered.dropReason().get()) {
                case "rejected-saturated" -> ReplicaLimit.Signal.SATURATED;
                case "rejected-ttl-expired" -> ReplicaLimit.Signal.EXPIRED;
                default -> ReplicaLimit.Signal.NONE;
            };
        }
        int status = answered.status();
        if (status == 429 || status == 503) {
            return ReplicaLimit.Signal.SATURATED;
        }
        return status < 300 ? ReplicaLimit.Signal.SERVED : ReplicaLimit.Signal.NONE;
    }

    private static CircuitBreaker.Health health(Outcome outcome) {
        return switch (outcome) {
            case Outcome.Answered answered -> {
                int status = answered.status();
                yield status == 500 || status == 502 || status == 504
                        ? CircuitBreaker.Health.FAILED
                        : CircuitBreaker.Health.WELL;
            }
            case Outcome.Unreachable unreachable ->
                unreachable.sent() ? CircuitBreaker.Health.FAILED : CircuitBreaker.Health.REFUSED;
            case Outcome.TimedOut timedOut -> CircuitBreaker.Health.FAILED;
            case Outcome.AnswerTooLarge tooLarge -> CircuitBreaker.Health.WELL;
            case Outcome.Cancelled cancelled -> CircuitBreaker.Health.UNKNOWN;
        };
    }
}
