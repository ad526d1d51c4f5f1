package io.backfill.queue.redis;

import static io.backfill.queue.redis.RedisLog.LOG;

import io.backfill.queue.redis.RedisConnections.Question;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongSupplier;
import redis.clients.jedis.Connection;
import redis.clients.jedis.exceptions.JedisDataException;
import redis.clients.jedis.util.SafeEncoder;

/**
 * A server that may be away. A thread that asks while it has just gone waits for one time-out; from then on it counts as away:
 * everybody is told so at once, and a task of its own knocks once a second until it answers. A server that was restarted is
 * noticed by nobody: connections that it closed are replaced, and the question is asked once more, so ask nothing that must not
 * happen twice. Thread-safe. Nothing here throws for a server that is away, not even at construction.
 */
public final class GuardedRedis implements AutoCloseable {
    private static final long KNOCK_NANOS = Duration.ofSeconds(1).toNanos();
    private static final long COMPLAINT_NANOS = Duration.ofSeconds(30).toNanos();

    private final RedisAddress address;
    private final RedisConnections connections;
    private final Executor executor;
    private final LongSupplier nanoTime;
    private final AtomicBoolean away = new AtomicBoolean();
    private final AtomicBoolean knocking = new AtomicBoolean();
    private final AtomicBoolean complained = new AtomicBoolean();
    private final AtomicLong complainNotBefore;
    private volatile long knockNotBefore;

    /** @param executor for knocking, which may take some time-outs */
    public GuardedRedis(RedisAddress address, Executor executor, LongSupplier nanoTime) {
        this.address = address;
        this.connections = new RedisConnections(address);
        this.executor = executor;
        this.nanoTime = nanoTime;
        this.complainNotBefore = new AtomicLong(nanoTime.getAsLong());
    }

    RedisAddress address() {
        return address;
    }

    /** It did not answer lately. */
    public boolean isAway() {
        return away.get();
    }

    /** The answer, with strings for bytes; empty for none: the server is away, refused, or is asked too much at once. */
    Optional<Object> ask(Question question) {
        if (away.get()) {
            knock();
            return Optional.empty();
        }
        try {
            return connections.ask(question).map(SafeEncoder::encodeObject);
        } catch (JedisDataException refused) {
            // it answers, if not what we want
            if (mayComplain()) {
                LOG.refused(address, String.valueOf(refused.getMessage()));
            }
            return Optional.empty();
        } catch (RuntimeException e) {
            gone(e);
            return Optional.empty();
        }
    }

    private void gone(RuntimeException e) {
        connections.clear();
        knockNotBefore = nanoTime.getAsLong() + KNOCK_NANOS;
        if (away.compareAndSet(false, true) && mayComplain()) {
            complained.set(true);
            LOG.away(address, String.valueOf(e.getMessage()));
        }
    }

    private boolean mayComplain() {
        long notBefore = complainNotBefore.get();
        long now = nanoTime.getAsLong();
        return now - notBefore >= 0 && complainNotBefore.compareAndSet(notBefore, now + COMPLAINT_NANOS);
    }

    private void knock() {
        if (nanoTime.getAsLong() - knockNotBefore < 0 || !knocking.compareAndSet(false, true)) {
            return;
        }
        try {
            executor.execute(this::knockOnce);
        } catch (RejectedExecutionException shuttingDown) {
            knocking.set(false);
        }
    }

    private void knockOnce() {
        try {
            if (connections.ask(Connection::ping).isPresent()) {
                away.set(false);
                if (complained.compareAndSet(true, false)) {
                    LOG.back(address);
                }
            }
        } catch (RuntimeException stillAway) {
            connections.clear();
        } finally {
            knockNotBefore = nanoTime.getAsLong() + KNOCK_NANOS;
            knocking.set(false);
        }
    }

    /**
     * A connection of the caller's own, for listening.
     *
     * @param silence hearing nothing for so long breaks it
     * @throws redis.clients.jedis.exceptions.JedisException when the server cannot be reached
     */
    Connection connect(Duration silence) {
        return connections.connect(silence);
    }

    /** Grows when the server turned out not to be the one that takes writes: a kept connection is to be opened anew then. */
    long moves() {
        return connections.moves();
    }

    /** Closes all connections; questions after this have no answer. */
    @Override
    public void close() {
        connections.close();
    }
}
