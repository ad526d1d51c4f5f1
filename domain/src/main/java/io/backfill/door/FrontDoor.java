package io.backfill.door;

import static java.lang.System.Logger.Level.DEBUG;

import io.backfill.door.TenantSeats.Seat;
import io.backfill.tenants.TenantId;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.Executor;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.LongAdder;
import java.util.concurrent.locks.LockSupport;
import java.util.function.LongSupplier;
import java.util.function.Predicate;

/** Limits what the HTTP requests of this node may hold together. Thread-safe. */
public final class FrontDoor {
    private static final System.Logger LOG = System.getLogger("io.backfill.door");

    /** All threads may well be busy for a moment; if they are for longer than this, the node serves no new clients. */
    private static final long EXHAUSTED_NANOS = Duration.ofSeconds(5).toNanos();

    private static final Duration CREATE_WAIT = Duration.ofSeconds(1);
    private static final long MOST_REST_NANOS = Duration.ofMillis(250).toNanos();
    /** A slow store occupies a processor without using it; other transfers then continue anyway, a slice at a time. */
    private static final Duration MOVE_WAIT = Duration.ofMillis(100);

    private final DoorConfig config;
    private final Predicate<TenantId> alone;
    private final Executor tasks;
    private final LongSupplier nanoTime;
    private final TenantSeats shorts;
    private final TenantSeats transfers;
    private final TenantSeats creates;
    /** To send public pages to slow clients: a quarter of the threads that transfers leave to short requests, at least one. */
    private final Semaphore publicPages;
    /** For transfers with bytes to move. Without it, their threads would outnumber those that send to models. */
    private final Semaphore processors;

    private final LongAdder refused = new LongAdder();
    private final LongAdder crowded = new LongAdder();
    private final LongAdder slow = new LongAdder();
    /** Guarded by {@code this}, like {@link #fullSince}. */
    private int requests;

    private long fullSince;

    /**
     * @param alone whether the node serves no other tenant, so that its creates can slow no other calls
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
        this.publicPages = new Semaphore(Math.max(1, (config.threads() - config.transfers()) / 4));
        this.processors = new Semaphore(Runtime.getRuntime().availableProcessors(), true);
    }

    public DoorConfig config() {
        return config;
    }

    /** Records that a request has got a thread. */
    public synchronized void entered() {
        requests++;
        if (requests == config.threads()) {
            fullSince = nanoTime.getAsLong();
        }
    }

    /** Records that a request has released its thread. */
    public synchronized void left() {
        requests--;
    }

    /** Returns a seat to wait for a client's bytes; empty if the tenant already waits for as many clients as it may. */
    public Optional<Seat> transfer(TenantId tenant) {
        Optional<Seat> seat = transfers.take(tenant);
        if (seat.isEmpty()) {
            refused.increment();
            logRefusal("transfer", tenant, transfers);
        }
        return seat;
    }

    /** Returns a seat to wait until a client without a key has received a public page; empty if too many such clients are slow. */
    public Optional<Seat> publicPage() {
        if (!publicPages.tryAcquire()) {
            refused.increment();
            return Optional.empty();
        }
        AtomicBoolean held = new AtomicBoolean(true);
        return Optional.of(() -> {
            if (held.compareAndSet(true, false)) {
                publicPages.release();
            }
        });
    }

    /** Returns a seat to handle a request; empty if the tenant has as many requests in progress as it may. */
    public Optional<Seat> request(TenantId tenant) {
        return counted("request", tenant, shorts, shorts.take(tenant));
    }

    /**
     * Returns a seat to create a batch, after waiting up to a second; empty if the tenant creates more than the node can take.
     * Creates write to the database that all tenants share, and each batch is also planned and started after its create was
     * answered. Its seat is therefore held afterwards for as long as the create took, a quarter of a second at most,
     * unless the tenant is alone.
     */
    public Optional<Seat> create(TenantId tenant) {
        return counted("create", tenant, creates, creates.await(tenant, CREATE_WAIT))
                .map(seat -> resting(seat, tenant));
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

    private Optional<Seat> counted(String what, TenantId tenant, TenantSeats seats, Optional<Seat> seat) {
        if (seat.isEmpty()) {
            crowded.increment();
            logRefusal(what, tenant, seats);
        }
        return seat;
    }

    private static void logRefusal(String what, TenantId tenant, TenantSeats seats) {
        if (LOG.isLoggable(DEBUG)) {
            LOG.log(DEBUG, "A %s of tenant %s is refused: %s".formatted(what, tenant, seats.use(tenant)));
        }
    }

    /** Waits for a processor, briefly at most, because a transfer has bytes to move. Returns whether it got one. */
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

    /** Returns the number of requests refused since the start because their tenant had too many in progress. */
    public long refusedRequests() {
        return crowded.sum();
    }

    /** Records that a client was dropped because it was too slow. */
    public void gaveUp() {
        slow.increment();
    }

    /** Returns whether every thread has been busy for some seconds. */
    public synchronized boolean exhausted() {
        return requests >= config.threads() && nanoTime.getAsLong() - fullSince > EXHAUSTED_NANOS;
    }

    /** Returns the number of requests that have a thread. */
    public synchronized int requests() {
        return requests;
    }

    /** Returns the number of transfers in progress. */
    public int transfers() {
        return transfers.taken();
    }

    /** Returns the number of transfers refused since the start. */
    public long refusedTransfers() {
        return refused.sum();
    }

    /** Returns the number of clients dropped since the start because they were too slow. */
    public long slowClients() {
        return slow.sum();
    }
}
