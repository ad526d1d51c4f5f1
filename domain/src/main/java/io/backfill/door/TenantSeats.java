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
 * A fixed number of seats that tenants share by a dynamic threshold: each may hold at most as many as are free. One tenant alone gets
 * half of them, and the next one always finds some. Thread-safe; remembers only tenants that hold a seat.
 */
public final class TenantSeats {
    private final int seats;
    /** Guards what follows. */
    private final ReentrantLock lock = new ReentrantLock();

    private final Map<TenantId, Integer> held = new HashMap<>();
    /** In order of arrival; no more than there are threads that wait. */
    private final Queue<Waiter> waiters = new ArrayDeque<>();

    private int taken;

    /** A thread that waits for a seat. It is given one by the thread that gives one back, so that only those wake who got one. */
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

    /** One seat, until closed; closing it again changes nothing. */
    public interface Seat extends AutoCloseable {
        @Override
        void close();
    }

    /** A seat, waited for at most so long, in order of arrival; empty without one, or when the thread is interrupted. */
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

    /** A seat, or empty when the tenant holds as many as are free. Never waits for one. */
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

    /** Seats that are held now. */
    public int taken() {
        lock.lock();
        try {
            return taken;
        } finally {
            lock.unlock();
        }
    }

    /** Threads that wait for a seat now. */
    int waiting() {
        lock.lock();
        try {
            return waiters.size();
        } finally {
            lock.unlock();
        }
    }
}
