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
 * The connections to one replica. The most recently used connection is taken first, so that surplus connections become idle and are
 * closed. The pool does not limit the number of connections, and no call waits for one; the number of admitted calls is the limit.
 */
final class ReplicaPool {
    /** Less than the five seconds after which common model servers close an idle connection, so that a call rarely races with that. */
    static final long MAX_IDLE_NANOS = TimeUnit.SECONDS.toNanos(4);

    private final Origin origin;
    private final Connector connector;
    private final int maxIdle;
    private final LongSupplier nanoTime;
    private final AtomicInteger open = new AtomicInteger();
    // both are guarded by the monitor of the deque
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

    /** Returns the number of calls that use this replica. */
    int open() {
        return open.get();
    }

    void enter() {
        open.incrementAndGet();
    }

    void leave() {
        open.decrementAndGet();
    }

    /** Takes an idle connection that is still usable, or returns empty if there is none. */
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

    /** Returns a reusable connection to the pool, or closes it if the pool is retired or full. */
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

    /** Closes connections that have been idle for too long. Returns true if no connection is left, neither in use nor idle. */
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

    /** Closes all idle connections at once, and connections in use when they are given back. */
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
