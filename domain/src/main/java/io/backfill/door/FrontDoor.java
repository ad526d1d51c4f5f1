package io.backfill.door;

import io.backfill.door.TenantSeats.Seat;
import io.backfill.tenants.TenantId;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.Executor;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.LongAdder;
import java.util.concurrent.locks.LockSupport;
import java.util.function.LongSupplier;
import java.util.function.Predicate;

/** What the requests of this node hold together. Thread-safe. */
public final class FrontDoor {
    /** A moment in which every thread is busy is ordinary; a node in which it lasts serves nobody new. */
    private static final long EXHAUSTED_NANOS = Duration.ofSeconds(5).toNanos();

    private static final Duration CREATE_WAIT = Duration.ofSeconds(1);
    private static final long MOST_REST_NANOS = Duration.ofMillis(250).toNanos();
    /** A store that is slow keeps a processor without using it; others then go on, a slice at a time. */
    private static final Duration MOVE_WAIT = Duration.ofMillis(100);

    private final DoorConfig config;
    private final Predicate<TenantId> alone;
    private final Executor tasks;
    private final LongSupplier nanoTime;
    private final TenantSeats shorts;
    private final TenantSeats transfers;
    private final TenantSeats creates;
    /** For transfers that have bytes to move: without them, their threads would outnumber those that send to models. */
    private final Semaphore processors;

    private final LongAdder refused = new LongAdder();
    private final LongAdder crowded = new LongAdder();
    private final LongAdder slow = new LongAdder();
    /** Guarded by {@code this}, like {@link #fullSince}. */
    private int requests;

    private long fullSince;

    /**
     * @param alone whether no other tenant is served, so that what a tenant does slows nobody
     * @param tasks runs each task on a thread of its own, which may sleep
     */
    public FrontDoor(DoorConfig config, Predicate<TenantId> alone, Executor tasks, LongSupplier nanoTime) {
        this.config = config;
        this.alone = alone;
        this.tasks = tasks;
        this.nanoTime = nanoTime;
        this.shorts = new TenantSeats(config.threads());
        this.transfers = new TenantSeats(config.transfers());
        this.creates = new TenantSeats(config.creates());
        this.processors = new Semaphore(Runtime.getRuntime().availableProcessors(), true);
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

    /** The right to be worked on; empty when the tenant has as many requests under way as it may. */
    public Optional<Seat> request(TenantId tenant) {
        return counted(shorts.take(tenant));
    }

    /**
     * The right to create a batch, waited for for a moment; empty when the tenant creates more than the node can take. Creates write
     * to the database that all tenants share, and each that is answered is planned and started as well: after one, its seat rests as
     * long as that took, a quarter of a second at most, unless the tenant is alone.
     */
    public Optional<Seat> create(TenantId tenant) {
        return counted(creates.await(tenant, CREATE_WAIT)).map(seat -> resting(seat, tenant));
    }

    private Seat resting(Seat seat, TenantId tenant) {
        long begin = nanoTime.getAsLong();
        return () -> {
            boolean rests = false;
            try {
                long rest = Math.min(nanoTime.getAsLong() - begin, MOST_REST_NANOS);
                if (!alone.test(tenant)) {
                    tasks.execute(() -> closeAfter(seat, rest));
                    rests = true;
                }
            } finally {
                if (!rests) {
                    seat.close();
                }
            }
        };
    }

    private static void closeAfter(Seat seat, long nanos) {
        try {
            rest(nanos);
        } finally {
            seat.close();
        }
    }

    private static void rest(long nanos) {
        long end = System.nanoTime() + nanos;
        for (long left = nanos; left > 0; left = end - System.nanoTime()) {
            LockSupport.parkNanos(left);
        }
    }

    private Optional<Seat> counted(Optional<Seat> seat) {
        if (seat.isEmpty()) {
            crowded.increment();
        }
        return seat;
    }

    /** A transfer has bytes to move: waits for a processor, for a moment at most. */
    boolean beginMoving() {
        try {
            return processors.tryAcquire(MOVE_WAIT.toMillis(), TimeUnit.MILLISECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        }
    }

    void endMoving() {
        processors.release();
    }

    /** Requests that were refused since the start because their tenant had too many under way. */
    public long refusedRequests() {
        return crowded.sum();
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
