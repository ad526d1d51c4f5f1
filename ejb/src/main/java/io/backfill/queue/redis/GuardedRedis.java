package io.backfill.queue.redis;

import static io.backfill.queue.redis.RedisLog.LOG;

import java.net.SocketTimeoutException;
import java.time.Duration;
import java.util.NoSuchElementException;
import java.util.Optional;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;
import redis.clients.jedis.Connection;
import redis.clients.jedis.ConnectionPool;
import redis.clients.jedis.ConnectionPoolConfig;
import redis.clients.jedis.exceptions.JedisConnectionException;
import redis.clients.jedis.exceptions.JedisDataException;
import redis.clients.jedis.util.SafeEncoder;

/**
 * A server that may be away. Each thread that asks while it has just gone waits for one time-out; from then on it counts as away:
 * everybody else is told so at once, and a task of its own knocks once a second until it answers. A server that was restarted is
 * noticed by nobody: connections that it closed are replaced, and the question is asked once more, so ask nothing that must not
 * happen twice. Thread-safe. Nothing here throws for a server that is away, not even at construction.
 */
public final class GuardedRedis implements AutoCloseable {
    private static final long KNOCK_NANOS = Duration.ofSeconds(1).toNanos();
    private static final long COMPLAINT_NANOS = Duration.ofSeconds(30).toNanos();
    private static final int CONNECTIONS = 8;
    private static final Duration POOL_WAIT = Duration.ofMillis(500);

    private final RedisAddress address;
    private final ConnectionPool pool;
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
        this.executor = executor;
        this.nanoTime = nanoTime;
        this.complainNotBefore = new AtomicLong(nanoTime.getAsLong());
        ConnectionPoolConfig config = new ConnectionPoolConfig();
        config.setMaxTotal(CONNECTIONS);
        config.setMaxIdle(CONNECTIONS);
        config.setMinIdle(0);
        config.setMaxWait(POOL_WAIT);
        config.setJmxEnabled(false);
        // no thread that pings, and no ping before each use: a broken connection is replaced when it shows
        config.setTestWhileIdle(false);
        config.setTimeBetweenEvictionRuns(Duration.ofMillis(-1));
        this.pool = new ConnectionPool(address.hostAndPort(), address.clientConfig(address.readTimeout()), config);
    }

    /** What is asked on one connection; answers are byte arrays, longs and lists of them. */
    @FunctionalInterface
    interface Question {
        @Nullable Object ask(Connection connection);
    }

    RedisAddress address() {
        return address;
    }

    /** It did not answer lately. */
    public boolean isAway() {
        return away.get();
    }

    /** The answer, with strings for bytes; empty for none: the server is away, or refused. */
    Optional<Object> ask(Question question) {
        if (away.get()) {
            knock();
            return Optional.empty();
        }
        try {
            return Optional.ofNullable(answer(question)).map(SafeEncoder::encodeObject);
        } catch (JedisDataException refused) {
            // it answers, if not what we want
            if (mayComplain()) {
                LOG.refused(address, String.valueOf(refused.getMessage()));
            }
            return Optional.empty();
        } catch (RuntimeException e) {
            if (!(e.getCause() instanceof NoSuchElementException)) {
                gone(e);
            }
            // else all connections are in use: that says nothing about the server
            return Optional.empty();
        }
    }

    private @Nullable Object answer(Question question) {
        try (Connection connection = pool.getResource()) {
            return question.ask(connection);
        } catch (JedisConnectionException e) {
            if (timedOut(e)) {
                throw e;
            }
        }
        // the others in the pool are as old as the one that broke
        pool.clear();
        try (Connection connection = pool.getResource()) {
            return question.ask(connection);
        }
    }

    private static boolean timedOut(@Nullable Throwable e) {
        for (Throwable at = e; at != null; at = at.getCause()) {
            if (at instanceof SocketTimeoutException) {
                return true;
            }
            for (Throwable other : at.getSuppressed()) {
                if (timedOut(other)) {
                    return true;
                }
            }
        }
        return false;
    }

    private void gone(RuntimeException e) {
        knockNotBefore = nanoTime.getAsLong() + KNOCK_NANOS;
        if (away.compareAndSet(false, true)) {
            pool.clear();
            if (mayComplain()) {
                complained.set(true);
                LOG.away(address, String.valueOf(e.getMessage()));
            }
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
            answer(Connection::ping);
            away.set(false);
            if (complained.compareAndSet(true, false)) {
                LOG.back(address);
            }
        } catch (RuntimeException stillAway) {
            pool.clear();
            knockNotBefore = nanoTime.getAsLong() + KNOCK_NANOS;
        } finally {
            knocking.set(false);
        }
    }

    /**
     * A connection outside the pool, for listening.
     *
     * @param silence hearing nothing for so long breaks it
     * @throws redis.clients.jedis.exceptions.JedisException when the server cannot be reached
     */
    Connection connect(Duration silence) {
        return new Connection(address.hostAndPort(), address.clientConfig(silence));
    }

    /** Closes all connections; questions after this find the server away. */
    @Override
    public void close() {
        pool.close();
    }
}
