package io.backfill.queue.redis;

import io.backfill.batches.Batch;
import io.backfill.ids.BatchId;
import io.backfill.queue.BatchQueue;
import io.backfill.tenants.TenantId;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongSupplier;

/**
 * The order of waiting batches in Redis: tenants take turns, each with its earliest deadline, and a running batch of a tenant
 * counts as a turn taken, as in SQL. A batch that was removed counts as running until {@link RedisQueueRefill} finds that it
 * is not. While the server is unavailable, the fallback answers instead. When Redis has no batch, the fallback is queried
 * too; if it has none either, it is not queried again for a second.
 */
public final class RedisBatchQueue implements BatchQueue {
    /** Limit on the work of one script, which blocks the whole server while it runs. */
    private static final int MOST = 256;

    private static final long EMPTY_NANOS = Duration.ofSeconds(1).toNanos();
    private static final Duration OFFER_PATIENCE = Duration.ofMillis(200);

    private final QueueScript script;
    private final BatchQueue fallback;
    private final Executor executor;
    private final Duration offerPatience;
    private final LongSupplier nanoTime;
    private final AtomicLong fallbackNotBefore;

    /**
     * @param prefix prefix of all keys
     * @param fallback reads the waiting batches from their rows
     * @param executor makes offers; a caller waits at most 0.2 s for their completion
     */
    public RedisBatchQueue(
            GuardedRedis redis, String prefix, BatchQueue fallback, Executor executor, LongSupplier nanoTime) {
        this(redis, prefix, fallback, executor, OFFER_PATIENCE, nanoTime);
    }

    RedisBatchQueue(
            GuardedRedis redis,
            String prefix,
            BatchQueue fallback,
            Executor executor,
            Duration offerPatience,
            LongSupplier nanoTime) {
        this.script = new QueueScript(redis, prefix);
        this.fallback = fallback;
        this.executor = executor;
        this.offerPatience = offerPatience;
        this.nanoTime = nanoTime;
        this.fallbackNotBefore = new AtomicLong(nanoTime.getAsLong());
    }

    /**
     * Offers the batch to the fallback, too. Called by request threads, so a server that has just become unavailable must not
     * block for long.
     */
    @Override
    public void offer(Batch batch) {
        fallback.offer(batch);
        String place = UnfinishedBatch.waiting(batch).place();
        try {
            CompletableFuture.runAsync(() -> script.number("offer", place), executor)
                    .get(offerPatience.toMillis(), TimeUnit.MILLISECONDS);
        } catch (TimeoutException | RejectedExecutionException late) {
            // the offer completes later, or the next refill makes it
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } catch (ExecutionException e) {
            throw new IllegalStateException("offering " + batch.id() + " failed", e);
        }
    }

    /**
     * Returns at most 256 batches. Costs the server a few tree searches per batch returned, whatever the number of waiting
     * ones.
     */
    @Override
    public List<Candidate> next(int limit) {
        if (limit < 1) {
            return List.of();
        }
        Optional<List<String>> named = script.texts("next", String.valueOf(Math.min(limit, MOST)));
        if (named.isEmpty()) {
            return fallback.next(limit);
        }
        List<Candidate> candidates = named.get().stream()
                .map(RedisBatchQueue::candidate)
                .flatMap(Optional::stream)
                .toList();
        return candidates.isEmpty() ? nextOfFallback(limit) : candidates;
    }

    /** Returns empty for a text that is not a valid place. */
    private static Optional<Candidate> candidate(String place) {
        String[] parts = place.split(" ", -1);
        return parts.length == 3 && TenantId.isOne(parts[0])
                ? BatchId.parse(parts[2]).map(id -> new Candidate(id, new TenantId(parts[0])))
                : Optional.empty();
    }

    /** Called when no batch waits, or when the server was emptied. */
    private List<Candidate> nextOfFallback(int limit) {
        if (nanoTime.getAsLong() - fallbackNotBefore.get() < 0) {
            return List.of();
        }
        List<Candidate> candidates = fallback.next(limit);
        if (candidates.isEmpty()) {
            fallbackNotBefore.set(nanoTime.getAsLong() + EMPTY_NANOS);
        }
        return candidates;
    }

    @Override
    public void remove(BatchId id) {
        fallback.remove(id);
        script.number("remove", id.value());
    }

    @Override
    public long size() {
        OptionalLong size = script.number("size");
        return size.isPresent() && size.getAsLong() > 0 ? size.getAsLong() : fallback.size();
    }
}
