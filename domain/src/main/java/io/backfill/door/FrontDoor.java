package io.backfill.door;

import io.backfill.door.TenantSeats.Seat;
import io.backfill.tenants.TenantId;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.LongSupplier;

/** What the requests of this node hold together. Thread-safe. */
public final class FrontDoor {
    /** A moment in which every thread is busy is ordinary; a node in which it lasts serves nobody new. */
    private static final long EXHAUSTED_NANOS = Duration.ofSeconds(5).toNanos();

    private final DoorConfig config;
    private final LongSupplier nanoTime;
    private final TenantSeats transfers;
    private final LongAdder refused = new LongAdder();
    private final LongAdder slow = new LongAdder();
    /** Guarded by {@code this}, like {@link #fullSince}. */
    private int requests;

    private long fullSince;

    public FrontDoor(DoorConfig config, LongSupplier nanoTime) {
        this.config = config;
        this.nanoTime = nanoTime;
        this.transfers = new TenantSeats(config.transfers());
    }

    public DoorConfig config() {
        return config;
    }

    /** A request has got a thread. */
    public synchronized void entered() {
        requests++;
        if (requests == config.threads()) {
            fullSince = nanoTime.getAsLong();
        }
    }

    /** It has given the thread back. */
    public synchronized void left() {
        requests--;
    }

    /** The right to wait for a client's bytes; empty when the tenant waits for as many clients as it may. */
    public Optional<Seat> transfer(TenantId tenant) {
        Optional<Seat> seat = transfers.take(tenant);
        if (seat.isEmpty()) {
            refused.increment();
        }
        return seat;
    }

    /** A client was given up because it was too slow. */
    public void gaveUp() {
        slow.increment();
    }

    /** Whether every thread has been busy for some seconds. */
    public synchronized boolean exhausted() {
        return requests >= config.threads() && nanoTime.getAsLong() - fullSince > EXHAUSTED_NANOS;
    }

    /** Requests that have a thread. */
    public synchronized int requests() {
        return requests;
    }

    /** Transfers under way. */
    public int transfers() {
        return transfers.taken();
    }

    /** Transfers that were refused since the start. */
    public long refusedTransfers() {
        return refused.sum();
    }

    /** Clients that were given up since the start. */
    public long slowClients() {
        return slow.sum();
    }
}
