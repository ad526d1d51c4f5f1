package io.backfill.door;

import io.backfill.tenants.TenantId;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Queue;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

/**
 * A fixed number of seats that tenants share by a dynamic threshold: a tenant may hold at most as many as are free. A single tenant
 * gets half of them, and another one always finds some. Thread-safe. Keeps only tenants that hold a seat.
 */
public final class TenantSeats {
    private final int seats;
    /** Guards all fields below. */
    private final ReentrantLock lock = new ReentrantLock();

    private final Map<TenantId, Integer> held = new HashMap<>();
    /** In order of arrival; at most one per waiting thread. */
    private final Queue<Waiter> waiters = new ArrayDeque<>();

    private int taken;

    /** A thread that waits for a seat. The thread that releases a seat assigns it, so that only threads with a seat wake up. */
    private static final class Waiter {
        private final TenantId tenant;
        private final Condition called;
        private boolean given;

        Waiter(TenantId tenant, Condition called) {
            this.tenant = tenant;
            this.called = called;
        }
    }

    public TenantSeats(int seats) {
        this.seats = seats;
    }

    /** One seat, until it is closed. Closing it again has no effect. */
    public interface Seat extends AutoCloseable {
        @Override
        void close();
    }

    /**
     * Returns a seat, waiting at most {@code longest}, in order of arrival. Empty if there is none, or if the thread is
     * interrupted.
     */
    public Optional<Seat> await(TenantId tenant, Duration longest) {
        lock.lock();
        try {
            return occupy(tenant) || isGiven(tenant, longest) ? Optional.of(seatOf(tenant)) : Optional.empty();
        } finally {
            lock.unlock();
        }
    }

    private boolean isGiven(TenantId tenant, Duration longest) {
        Waiter waiter = new Waiter(tenant, lock.newCondition());
        waiters.add(waiter);
        try {
            long left = longest.toNanos();
            while (!waiter.given && left > 0) {
                left = waiter.called.awaitNanos(left);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } finally {
            waiters.remove(waiter);
        }
        return waiter.given;
    }

    /** Returns a seat, or empty if the tenant holds as many as are free. Never waits. */
    public Optional<Seat> take(TenantId tenant) {
        lock.lock();
        try {
            return occupy(tenant) ? Optional.of(seatOf(tenant)) : Optional.empty();
        } finally {
            lock.unlock();
        }
    }

    private boolean occupy(TenantId tenant) {
        int own = held.getOrDefault(tenant, 0);
        if (own >= seats - taken) {
            return false;
        }
        held.put(tenant, own + 1);
        taken++;
        return true;
    }

    private Seat seatOf(TenantId tenant) {
        AtomicBoolean given = new AtomicBoolean();
        return () -> {
            if (given.compareAndSet(false, true)) {
                giveBack(tenant);
            }
        };
    }

    private void giveBack(TenantId tenant) {
        lock.lock();
        try {
            held.computeIfPresent(tenant, (id, own) -> own == 1 ? null : own - 1);
            taken--;
            for (Waiter waiter : waiters) {
                if (!waiter.given && occupy(waiter.tenant)) {
                    waiter.given = true;
                    waiter.called.signal();
                }
            }
        } finally {
            lock.unlock();
        }
    }

    /** Describes what the tenant and all tenants together hold now. */
    String use(TenantId tenant) {
        lock.lock();
        try {
            return "it holds %d seats, and %d of %d are taken".formatted(held.getOrDefault(tenant, 0), taken, seats);
        } finally {
            lock.unlock();
        }
    }

    /** Returns the number of seats that are held now. */
    public int taken() {
        lock.lock();
        try {
            return taken;
        } finally {
            lock.unlock();
        }
    }

    /** Returns the number of threads that wait for a seat now. */
    int waiting() {
        lock.lock();
        try {
            return waiters.size();
        } finally {
            lock.unlock();
        }
    }
}
