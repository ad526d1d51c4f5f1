package io.backfill.queue.redis;

import java.net.SocketTimeoutException;
import java.time.Duration;
import java.util.Deque;
import java.util.Optional;
import java.util.concurrent.ConcurrentLinkedDeque;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;
import redis.clients.jedis.Connection;
import redis.clients.jedis.exceptions.JedisConnectionException;
import redis.clients.jedis.exceptions.JedisDataException;
import redis.clients.jedis.exceptions.JedisException;
import redis.clients.jedis.exceptions.JedisMovedDataException;

/**
 * A bounded pool of connections. The pool of Jedis replaces a broken connection at once, and so waits a second time for a
 * server that does not respond. Thread-safe.
 */
final class RedisConnections implements AutoCloseable {
    private static final int MOST = 8;
    private static final Duration PATIENCE = Duration.ofMillis(500);

    private final RedisAddress address;
    private final RedisPrimary home;
    private final AtomicLong moves = new AtomicLong();
    private final Semaphore free = new Semaphore(MOST);
    private final Deque<Connection> idle = new ConcurrentLinkedDeque<>();
    private volatile boolean closed;

    RedisConnections(RedisAddress address) {
        this.address = address;
        this.home = new RedisPrimary(address);
    }

    /** A request on one connection; answers are byte arrays, longs and lists of them. */
    @FunctionalInterface
    interface Question {
        @Nullable
        Object ask(Connection connection);
    }

    /**
     * Returns the answer; empty if there is none, or if all connections have been in use for half a second. A request that
     * finds its connection closed by the server is repeated on a new one.
     *
     * @throws RuntimeException of Jedis, when the server cannot be reached, does not answer in time, or rejects the request
     */
    Optional<Object> ask(Question question) {
        if (closed || !acquire()) {
            return Optional.empty();
        }
        try {
            return Optional.ofNullable(answer(question));
        } finally {
            free.release();
            if (closed) {
                clear();
            }
        }
    }

    private boolean acquire() {
        try {
            return free.tryAcquire(PATIENCE.toMillis(), TimeUnit.MILLISECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        }
    }

    private @Nullable Object answer(Question question) {
        Connection kept = idle.pollFirst();
        if (kept != null) {
            try {
                return answer(question, kept);
            } catch (JedisConnectionException e) {
                // the other idle connections are probably broken, too
                clear();
                if (timedOut(e)) {
                    throw e;
                }
            }
        }
        try {
            return answer(question, connect(address.readTimeout()));
        } catch (NotMasterException e) {
            // a cluster node has named the right node; otherwise the lookup may find another server. Retry once only;
            // after
            // that the server counts as unavailable
            return answer(question, connect(address.readTimeout()));
        }
    }

    private @Nullable Object answer(Question question, Connection connection) {
        boolean whole = false;
        boolean master = true;
        try {
            Object answer = question.ask(connection);
            whole = true;
            return answer;
        } catch (JedisDataException e) {
            master = !NotMasterException.isSaidBy(e);
            throw master ? e : notMaster(e);
        } finally {
            // after any other error sent by the server, the connection remains usable
            if (whole || (master && !connection.isBroken())) {
                idle.addFirst(connection);
            } else {
                end(connection);
            }
        }
    }

    /**
     * Opens a new connection, which the caller closes.
     *
     * @param silence time without any data, outside of a request, after which the connection counts as broken
     */
    Connection connect(Duration silence) {
        try {
            return new Connection(home.find(), address.clientConfig(silence));
        } catch (JedisDataException e) {
            throw NotMasterException.isSaidBy(e) ? notMaster(e) : e;
        } catch (JedisException e) {
            home.lost();
            throw e;
        }
    }

    /** Closes the idle connections, which are connected to the same server, and forgets that server. */
    private NotMasterException notMaster(JedisDataException answer) {
        clear();
        moves.incrementAndGet();
        if (answer instanceof JedisMovedDataException moved) {
            home.movedTo(moved.getTargetNode());
        } else {
            home.lost();
        }
        return new NotMasterException(answer);
    }

    /**
     * Number of times that a server turned out not to accept writes. Connections opened before the last change must be
     * reopened.
     */
    long moves() {
        return moves.get();
    }

    /** Closes all idle connections. */
    void clear() {
        for (Connection connection = idle.pollFirst(); connection != null; connection = idle.pollFirst()) {
            end(connection);
        }
    }

    private static void end(Connection connection) {
        try {
            connection.close();
        } catch (RuntimeException e) {
            // the connection is discarded anyway
        }
    }

    private static boolean timedOut(@Nullable Throwable e) {
        for (Throwable at = e; at != null; at = at.getCause()) {
            if (at instanceof SocketTimeoutException) {
                return true;
            }
        }
        return false;
    }

    @Override
    public void close() {
        closed = true;
        clear();
    }
}
