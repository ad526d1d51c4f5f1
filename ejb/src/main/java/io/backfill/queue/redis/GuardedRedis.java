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
 * A Redis server that may be unavailable. The first threads to notice that it has gone wait for one time-out. From then on
 * the server counts as unavailable: requests fail at once, and a task sends a ping once a second until the server answers. A
 * restart of the server has no visible effect, because closed connections are replaced and the request is repeated; requests
 * must therefore be safe to repeat. Thread-safe. No method throws because the server is unavailable, not even the
 * constructor.
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

    /** @param executor for pings, which may take several time-outs */
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

    /** Whether the server is considered unavailable. */
    public boolean isAway() {
        return away.get();
    }

    /**
     * Returns the answer, with byte arrays converted to strings. Empty if there is none: the server is unavailable, rejected
     * the request, or too many requests are in progress.
     */
    Optional<Object> ask(Question question) {
        if (away.get()) {
            knock();
            return Optional.empty();
        }
        try {
            return connections.ask(question).map(SafeEncoder::encodeObject);
        } catch (JedisDataException refused) {
            // the server is available but rejected the request
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
     * Opens a connection for listening, owned by the caller.
     *
     * @param silence time without any data after which the connection counts as broken
     * @throws redis.clients.jedis.exceptions.JedisException when the server cannot be reached
     */
    Connection connect(Duration silence) {
        return connections.connect(silence);
    }

    /** A counter that increases when the server turned out not to accept writes; connections kept open must then be reopened. */
    long moves() {
        return connections.moves();
    }

    /** Closes all connections; later requests return no answer. */
    @Override
    public void close() {
        connections.close();
    }
}
