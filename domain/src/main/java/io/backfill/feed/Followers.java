package io.backfill.feed;

import io.backfill.door.TenantSeats;
import io.backfill.door.TenantSeats.Seat;
import io.backfill.errors.BackfillException;
import io.backfill.errors.ErrorCode;
import io.backfill.ids.BatchId;
import io.backfill.results.ResultKind;
import io.backfill.tenants.TenantId;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Executor;
import java.util.concurrent.Semaphore;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.LongSupplier;

/**
 * The followers of this node. Every batch is looked at once for all of its followers, and few batches at the same time, so the cost
 * for the store and the database depends on neither the number of followers nor on that of batches. Thread-safe.
 */
public final class Followers {
    /** Batches that are looked at at the same time. */
    private static final int LOOKS = 8;

    private static final Duration TICK = Duration.ofMillis(250);
    private static final System.Logger LOG = System.getLogger("io.backfill.feed");

    /** Runs a task after a delay in nanoseconds. */
    @FunctionalInterface
    public interface Later {
        void run(Runnable task, long nanos);
    }

    private final FeedSource source;
    private final FollowConfig config;
    private final Executor tasks;
    private final Later later;
    private final LongSupplier nanoTime;
    private final TenantSeats seats;
    private final Semaphore looks = new Semaphore(LOOKS);
    /** Guards the fields below. */
    private final ReentrantLock lock = new ReentrantLock();

    private final Map<BatchId, FollowedBatch> batches = new HashMap<>();
    private boolean ticking;
    private boolean closed;

    /** @param tasks starts a virtual thread per task */
    public Followers(FeedSource source, FollowConfig config, Executor tasks, Later later, LongSupplier nanoTime) {
        this.source = source;
        this.config = config;
        this.tasks = tasks;
        this.later = later;
        this.nanoTime = nanoTime;
        this.seats = new TenantSeats(config.followers());
    }

    /**
     * Takes a place for a follower, before its response begins.
     *
     * @throws BackfillException {@code RATE_LIMIT_EXCEEDED} if the tenant has too many; {@code UNAVAILABLE} if this node stops
     */
    public Seat seat(TenantId tenant) {
        if (isClosed()) {
            throw new BackfillException(ErrorCode.UNAVAILABLE, "This node is stopping. Please try again.");
        }
        return seats.take(tenant)
                .orElseThrow(() -> new BackfillException(
                        ErrorCode.RATE_LIMIT_EXCEEDED,
                        "Too many connections follow results at once. Please try again in a few seconds."));
    }

    /**
     * Adds a follower, which is served from the next {@link Follower#wake} on.
     *
     * @param feed of the batch; followers that came earlier keep theirs
     * @param limit lines after which the response ends
     */
    public Follower follow(
            BatchFeed feed, FeedCursor from, Set<ResultKind> kinds, int limit, FeedSink sink, Seat seat) {
        lock.lock();
        try {
            long now = nanoTime.getAsLong();
            FollowedBatch batch = batches.computeIfAbsent(feed.id(), id -> new FollowedBatch(feed, now));
            Follower[] added = new Follower[1];
            added[0] = new Follower(
                    batch,
                    new Follower.Request(kinds, from, limit),
                    sink,
                    seat,
                    config,
                    tasks,
                    nanoTime,
                    () -> remove(batch, added[0]));
            batch.followers().add(added[0]);
            if (closed) {
                tasks.execute(added[0]::cut);
            } else if (!ticking) {
                ticking = true;
                later.run(this::tick, TICK.toNanos());
            }
            return added[0];
        } finally {
            lock.unlock();
        }
    }

    private void remove(FollowedBatch batch, Follower follower) {
        lock.lock();
        try {
            batch.followers().remove(follower);
            if (batch.followers().isEmpty()) {
                batches.remove(batch.feed.id(), batch);
            }
        } finally {
            lock.unlock();
        }
    }

    private void tick() {
        for (FollowedBatch batch : followed()) {
            long now = nanoTime.getAsLong();
            if (batch.beginLook(now)) {
                tasks.execute(() -> look(batch));
            }
            batch.followers().forEach(follower -> follower.look(now));
        }
        lock.lock();
        try {
            ticking = !batches.isEmpty() && !closed;
            if (ticking) {
                later.run(this::tick, TICK.toNanos());
            }
        } finally {
            lock.unlock();
        }
    }

    private void look(FollowedBatch batch) {
        looks.acquireUninterruptibly();
        long began = nanoTime.getAsLong();
        try {
            FeedView before = batch.feed.view();
            if (batch.feed.refresh() != before) {
                batch.followers().forEach(Follower::wake);
            }
        } catch (BackfillException e) {
            if (e.code() == ErrorCode.NOT_FOUND) {
                batch.followers().forEach(Follower::cut);
            } else {
                LOG.log(System.Logger.Level.DEBUG, () -> "Batch " + batch.feed.id() + " cannot be looked at: " + e);
            }
        } catch (IOException | RuntimeException e) {
            LOG.log(System.Logger.Level.DEBUG, () -> "Batch " + batch.feed.id() + " cannot be looked at: " + e);
        } finally {
            looks.release();
            batch.looked(began, nanoTime.getAsLong(), config.poll().toNanos());
        }
    }

    private List<FollowedBatch> followed() {
        lock.lock();
        try {
            return new ArrayList<>(batches.values());
        } finally {
            lock.unlock();
        }
    }

    private boolean isClosed() {
        lock.lock();
        try {
            return closed;
        } finally {
            lock.unlock();
        }
    }

    /** Returns the number of followers. */
    public int count() {
        return seats.taken();
    }

    /** Returns the number of batches that are followed. */
    public int batches() {
        lock.lock();
        try {
            return batches.size();
        } finally {
            lock.unlock();
        }
    }

    /** Cuts all followers. Their clients may come back. */
    public void cutAll() {
        followed().forEach(batch -> batch.followers().forEach(Follower::cut));
    }

    /** Cuts all followers, because this node stops, and refuses new ones. Their clients go on at another node. */
    public void close() {
        lock.lock();
        try {
            closed = true;
        } finally {
            lock.unlock();
        }
        cutAll();
    }
}
