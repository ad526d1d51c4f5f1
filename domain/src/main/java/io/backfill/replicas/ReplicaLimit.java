package io.backfill.replicas;

import io.backfill.dispatch.Verdict;
import io.backfill.models.Protection;
import java.time.Duration;
import java.util.Optional;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Limits how many calls one replica may have open: additive increase, multiplicative decrease, based on the load that engines and
 * routers report. Call durations are not used, because they depend on the length of answers. The rules:
 *
 * <ul>
 *   <li>Status 429 or 503, a router's {@code rejected-saturated}, and a poll that finds waiting requests multiply the limit by
 *       {@code saturated}. Answers do so only if their call was sent after the last decrease, so that one burst of calls causes
 *       one decrease. A router's {@code rejected-ttl-expired} multiplies by {@code expired}.
 *   <li>{@code Retry-After} closes the replica until that time, or until an answer shows that it serves again. Afterwards the
 *       limit starts at the floor and doubles with every limit's worth of answers, up to the value that the decrease left.
 *   <li>Otherwise the limit increases by one for every limit's worth of answers and by {@code risePerPoll} at every poll
 *       without waiting requests, but only while at least half of the limit is in use and the KV cache is not nearly full.
 *   <li>A configured maximum of running sequences in the engine, including those of others, overrides all of the above.
 *   <li>All other answers and failures leave the limit unchanged.
 * </ul>
 *
 * <p>Not thread-safe. The time source is injected.
 */
public final class ReplicaLimit {
    /** What an answer says about load. */
    public enum Signal {
        /** The call was served. */
        SERVED,
        /** There are too many calls. */
        SATURATED,
        /** The call waited too long in a queue. */
        EXPIRED,
        /** Nothing. */
        NONE;

        static Signal of(Verdict.Replica replica) {
            return switch (replica) {
                case SERVED -> SERVED;
                case SATURATED -> SATURATED;
                case EXPIRED -> EXPIRED;
                case WORKS, FAILED, UNREACHABLE, REFUSED, NOTHING -> NONE;
            };
        }
    }

    private final LimitConfig config;
    private final LongSupplier nanoTime;
    private Optional<Protection> protection;
    private Duration patience;
    private long servedAt;
    private int cap;
    private double limit;
    private double slowStartUntil;
    private long decreasedAt;
    private boolean everDecreased;
    private long closedUntil;
    private boolean closed;
    private @Nullable EngineMetrics metrics;
    private long metricsAt;
    /** Sequences in the engine that were not sent by this node. */
    private int others;

    /**
     * @param patience a replica that has served nothing for this long is no longer closed by a requested pause
     * @param first initial limit, at least 1
     * @param cap maximum limit, no less than {@code first}
     */
    public ReplicaLimit(
            LimitConfig config,
            Optional<Protection> protection,
            Duration patience,
            int first,
            int cap,
            LongSupplier nanoTime) {
        this.config = config;
        this.protection = protection;
        this.patience = patience;
        this.servedAt = nanoTime.getAsLong();
        this.cap = cap;
        this.limit = first;
        this.nanoTime = nanoTime;
        this.metricsAt = nanoTime.getAsLong();
    }

    /** Applies a changed configuration and keeps the learned state. */
    public void configure(Optional<Protection> newProtection, Duration newPatience, int newFirst, int newCap) {
        patience = newPatience;
        if (newCap > cap && limit >= cap) {
            limit = newCap;
        } else if (!everDecreased) {
            limit = Math.max(limit, newFirst);
        }
        protection = newProtection;
        cap = newCap;
        limit = Math.min(limit, cap);
    }

    /** Returns how many calls may be open now; 0 while the replica is closed. */
    public int now() {
        if (isClosed()) {
            return 0;
        }
        int allowed = (int) Math.min(limit, cap);
        if (protection.isPresent()) {
            if (fresh().isEmpty()) {
                return protection.get().required() ? config.floor() : Math.max(config.floor(), allowed);
            }
            if (protection.get().runningTarget().isPresent()) {
                allowed = Math.min(allowed, protection.get().runningTarget().getAsInt() - others);
            }
        }
        return Math.max(config.floor(), allowed);
    }

    /** Whether the replica requested a pause that is not over yet. */
    public boolean isClosed() {
        if (closed && nanoTime.getAsLong() - closedUntil >= 0) {
            closed = false;
        }
        return closed;
    }

    /** Returns the latest metrics, unless they are stale. */
    public Optional<EngineMetrics> fresh() {
        boolean stale = nanoTime.getAsLong() - metricsAt > config.staleAfter().toNanos();
        return stale ? Optional.empty() : Optional.ofNullable(metrics);
    }

    /**
     * Records the end of a call.
     *
     * @param sentAt nano time at which it was sent
     * @param open number of open calls, including this one
     */
    public void answered(Signal signal, Optional<Duration> retryAfter, long sentAt, int open) {
        switch (signal) {
            case SATURATED -> {
                if (!everDecreased || sentAt - decreasedAt > 0) {
                    decrease(config.saturated());
                }
                retryAfter.ifPresent(this::close);
            }
            case EXPIRED -> {
                if (!everDecreased || sentAt - decreasedAt > 0) {
                    decrease(config.expired());
                }
            }
            case SERVED -> served(open);
            case NONE -> {}
        }
    }

    /**
     * Records the current metrics of the engine.
     *
     * @param open number of open calls under this limit
     * @param openAtEngine this node's open calls at the engine, including those of other models
     */
    public void polled(EngineMetrics now, int open, int openAtEngine) {
        metrics = now;
        metricsAt = nanoTime.getAsLong();
        others = Math.max(0, now.running() + now.waiting() - openAtEngine);
        if (protection.isEmpty()) {
            return;
        }
        if (now.waiting() >= protection.get().waiting()) {
            decrease(config.saturated());
        } else if (mayRise(open)) {
            limit = Math.min(cap, limit + config.risePerPoll());
        }
    }

    private void served(int open) {
        servedAt = nanoTime.getAsLong();
        closed = false;
        if (mayRise(open)) {
            limit = Math.min(cap, limit + (limit < slowStartUntil ? 1 : 1 / limit));
        }
    }

    private boolean mayRise(int open) {
        boolean full = protection.isPresent()
                && fresh().filter(known -> known.kvUsage() >= protection.get().kvUsage())
                        .isPresent();
        return !full && open * 2 >= (int) limit;
    }

    private void decrease(double factor) {
        limit = Math.max(config.floor(), limit * factor);
        slowStartUntil = 0;
        decreasedAt = nanoTime.getAsLong();
        everDecreased = true;
    }

    private void close(Duration pause) {
        long now = nanoTime.getAsLong();
        if (now - servedAt > patience.toNanos()) {
            return;
        }
        long until = now + pause.toNanos();
        // also clears a pause that ended since the last check
        boolean wasClosed = isClosed();
        if (!wasClosed || until - closedUntil > 0) {
            closedUntil = until;
        }
        if (!wasClosed) {
            slowStartUntil = Math.max(slowStartUntil, limit);
            limit = config.floor();
        }
        closed = true;
    }
}
