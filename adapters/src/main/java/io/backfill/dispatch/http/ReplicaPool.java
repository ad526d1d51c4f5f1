package io.backfill.dispatch.http;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.LongSupplier;

/**
 * The connections to one endpoint. The one used last is used first, so that those that are not needed grow old and are closed.
 * How many are open is bounded by the calls that are let through, not here: nobody ever waits for a connection.
 */
final class ReplicaPool {
    /** Below the five seconds after which common model servers close an idle connection, so that both rarely meet. */
    static final long MAX_IDLE_NANOS = TimeUnit.SECONDS.toNanos(4);

    private final Origin origin;
    private final Connector connector;
    private final int maxIdle;
    private final LongSupplier nanoTime;
    private final AtomicInteger open = new AtomicInteger();
    // both are guarded by the deque's monitor
    private final Deque<HttpConnection> idle = new ArrayDeque<>();
    private boolean retired;

    ReplicaPool(Origin origin, Connector connector, int maxIdle, LongSupplier nanoTime) {
        this.origin = origin;
        this.connector = connector;
        this.maxIdle = maxIdle;
        this.nanoTime = nanoTime;
    }

    Origin origin() {
        return origin;
    }

    Connector connector() {
        return connector;
    }

    /** Calls that use this endpoint now. */
    int open() {
        return open.get();
    }

    void enter() {
        open.incrementAndGet();
    }

    void leave() {
        open.decrementAndGet();
    }

    /** A connection that was used before and still stands. */
    Optional<HttpConnection> takeIdle() {
        while (true) {
            HttpConnection connection;
            synchronized (idle) {
                connection = idle.pollFirst();
            }
            if (connection == null) {
                return Optional.empty();
            }
            if (nanoTime.getAsLong() - connection.idleSince() < MAX_IDLE_NANOS && !connection.isStale()) {
                return Optional.of(connection);
            }
            connection.close();
        }
    }

    /** Takes a connection back that may serve another call. */
    void giveBack(HttpConnection connection) {
        connection.idleSince(nanoTime.getAsLong());
        synchronized (idle) {
            if (!retired && idle.size() < maxIdle) {
                idle.addFirst(connection);
                return;
            }
        }
        connection.close();
    }

    /** Closes what has been idle for too long. True when nothing is left, in use or idle. */
    boolean closeOld() {
        List<HttpConnection> old = new ArrayList<>();
        boolean empty;
        synchronized (idle) {
            while (!idle.isEmpty() && nanoTime.getAsLong() - idle.getLast().idleSince() >= MAX_IDLE_NANOS) {
                old.add(idle.removeLast());
            }
            empty = idle.isEmpty();
        }
        old.forEach(HttpConnection::close);
        return empty && open.get() == 0;
    }

    /** Closes every idle connection now, and those in use as they come back. */
    void retire() {
        List<HttpConnection> all;
        synchronized (idle) {
            retired = true;
            all = new ArrayList<>(idle);
            idle.clear();
        }
        all.forEach(HttpConnection::close);
    }
}
