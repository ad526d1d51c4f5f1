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
 * A bounded stock of connections. Jedis's own opens a new connection at once for one that broke, and so waits a second time for a
 * server that is silent. Thread-safe.
 */
final class RedisConnections implements AutoCloseable {
    private static final int MOST = 8;
    private static final Duration PATIENCE = Duration.ofMillis(500);

    private final RedisAddress address;
    private final RedisHome home;
    private final AtomicLong moves = new AtomicLong();
    private final Semaphore free = new Semaphore(MOST);
    private final Deque<Connection> idle = new ConcurrentLinkedDeque<>();
    private volatile boolean closed;

    RedisConnections(RedisAddress address) {
        this.address = address;
        this.home = new RedisHome(address);
    }

    /** What is asked on one connection; answers are byte arrays, longs and lists of them. */
    @FunctionalInterface
    interface Question {
        @Nullable
        Object ask(Connection connection);
    }

    /**
     * The answer; empty for none, and when all connections have been in use for half a second. A question that finds its
     * connection closed by the server is asked again on a new one.
     *
     * @throws RuntimeException of Jedis, when the server cannot be reached, is silent for a time-out, or refuses
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
                // the others are as old as the one that broke
                clear();
                if (timedOut(e)) {
                    throw e;
                }
            }
        }
        try {
            return answer(question, connect(address.readTimeout()));
        } catch (NotMasterException e) {
            // of a cluster it said which node; else another look may find another server. Once, then it counts as away
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
            // any other error that the server sent leaves the connection as it was
            if (whole || (master && !connection.isBroken())) {
                idle.addFirst(connection);
            } else {
                end(connection);
            }
        }
    }

    /**
     * A new connection, which the caller closes.
     *
     * @param silence while it waits for nothing in particular, hearing nothing for so long breaks it
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

    /** The others are connected to the same server. */
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

    /** How often a server turned out not to be the one that takes writes: a connection older than that is to be opened anew. */
    long moves() {
        return moves.get();
    }

    /** Ends those that nobody uses now. */
    void clear() {
        for (Connection connection = idle.pollFirst(); connection != null; connection = idle.pollFirst()) {
            end(connection);
        }
    }

    private static void end(Connection connection) {
        try {
            connection.close();
        } catch (RuntimeException e) {
            // it is of no use any more
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
