package io.backfill.replicas;

import io.backfill.models.Protection;
import java.time.Duration;
import java.util.Optional;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * How many calls one replica may have open: additive increase, multiplicative decrease on what engines and routers say of their
 * load, never on how long calls take, which depends on the length of answers. The law:
 *
 * <ul>
 *   <li>429, 503, a router's {@code rejected-saturated}, and a poll that finds requests waiting: times {@code saturated}, once per
 *       flight: for answers only when the call was sent after the last decrease. A router's {@code rejected-ttl-expired}: times
 *       {@code expired}.
 *   <li>{@code Retry-After} closes the replica until then, or until an answer shows that it serves; after that it starts slowly, doubling with every limit's worth of
 *       answers up to half of what it was.
 *   <li>Otherwise one more for every limit's worth of answers, and a few at every quiet poll, but only while at least half of the
 *       limit is used, and not while the KV cache is nearly full.
 *   <li>A ceiling on sequences that run in the engine, others' included, holds above all that.
 *   <li>Every other answer or failure changes nothing.
 * </ul>
 *
 * <p>Not thread-safe; time comes from outside.
 */
public final class ReplicaLimit {
    /** What an answer says of load. */
    public enum Signal {
        /** It was served. */
        SERVED,
        /** Too many calls. */
        SATURATED,
        /** It waited too long in a queue. */
        EXPIRED,
        /** Nothing. */
        NONE
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
    /** Sequences in the engine that are not ours. */
    private int others;

    /**
     * @param patience a replica that served nothing for so long is not waited for any more when it asks for a pause
     * @param first calls that it may have before anything is known of it, at least 1
     * @param cap calls that it may ever have, no less than {@code first}
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

    /** The configuration changed; what was learnt stays. */
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

    /** Calls that may be open now; 0 while the replica is closed. */
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

    /** Whether the replica asked for a pause that is not over. */
    public boolean isClosed() {
        if (closed && nanoTime.getAsLong() - closedUntil >= 0) {
            closed = false;
        }
        return closed;
    }

    /** The newest metrics, unless they are stale. */
    public Optional<EngineMetrics> fresh() {
        boolean stale = nanoTime.getAsLong() - metricsAt > config.staleAfter().toNanos();
        return stale ? Optional.empty() : Optional.ofNullable(metrics);
    }

    /**
     * A call came back.
     *
     * @param sentAt nano time when it was sent
     * @param open calls that were open, this one included
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
     * What the engine says now.
     *
     * @param open calls that are open under this limit
     * @param openAtEngine this node's calls that are open at the engine, those of other models included
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
        // asked anew: a pause that is over without anybody having looked is over
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
