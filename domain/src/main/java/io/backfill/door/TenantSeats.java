package io.backfill.door;

import io.backfill.tenants.TenantId;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * A fixed number of seats that tenants share by a dynamic threshold: each may hold at most as many as are free. One tenant alone gets
 * half of them, and the next one always finds some. Thread-safe; remembers only tenants that hold a seat.
 */
public final class TenantSeats {
    private final int seats;
    /** Guarded by {@code this}, like {@link #taken}. */
    private final Map<TenantId, Integer> held = new HashMap<>();

    private int taken;

    public TenantSeats(int seats) {
        this.seats = seats;
    }

    /** One seat, until closed; closing it again changes nothing. */
    public interface Seat extends AutoCloseable {
        @Override
        void close();
    }

    /** A seat, waited for at most so long; empty without one, or when the thread is interrupted. */
    public synchronized Optional<Seat> await(TenantId tenant, Duration longest) {
        long end = System.nanoTime() + longest.toNanos();
        Optional<Seat> seat = take(tenant);
        for (long left = longest.toMillis(); seat.isEmpty() && left > 0; seat = take(tenant)) {
            try {
                wait(left);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                return Optional.empty();
            }
            left = TimeUnit.NANOSECONDS.toMillis(end - System.nanoTime());
        }
        return seat;
    }

    /** A seat, or empty when the tenant holds as many as are free. Never blocks. */
    public Optional<Seat> take(TenantId tenant) {
        synchronized (this) {
            int own = held.getOrDefault(tenant, 0);
            if (own >= seats - taken) {
                return Optional.empty();
            }
            held.put(tenant, own + 1);
            taken++;
        }
        AtomicBoolean given = new AtomicBoolean();
        return Optional.of(() -> {
            if (given.compareAndSet(false, true)) {
                giveBack(tenant);
            }
        });
    }

    private synchronized void giveBack(TenantId tenant) {
        held.computeIfPresent(tenant, (id, own) -> own == 1 ? null : own - 1);
        taken--;
        notifyAll();
    }

    /** Seats that are held now. */
    public synchronized int taken() {
        return taken;
    }
}
