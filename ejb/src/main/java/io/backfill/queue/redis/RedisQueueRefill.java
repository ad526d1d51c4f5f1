package io.backfill.queue.redis;

import static io.backfill.queue.redis.RedisLog.LOG;

import io.backfill.errors.BackfillException;
import java.time.Duration;
import java.util.List;
import java.util.OptionalLong;
import java.util.function.LongSupplier;
import java.util.stream.Stream;

/**
 * Synchronizes the order in Redis with the rows: adds waiting batches that are missing, removes those that no longer wait,
 * and recounts the tenants' turns. Every node calls it every second. Only one node at a time performs a refill: 3 s after the
 * previous one (later if a hundred thousand batches make it long), or at once if the server has lost all its data. Batches
 * offered or removed meanwhile take precedence over rows that were read before. A node that dies during a refill leaves the
 * order as good as it was.
 */
public final class RedisQueueRefill {
    private static final Duration PAUSE = Duration.ofSeconds(3);
    private static final String PAUSE_MILLIS = String.valueOf(PAUSE.toMillis());
    /** After a refill, the pause is at least this many times as long as the refill took. */
    private static final int REST = 2;

    /** Rows per script; the server is blocked for some milliseconds meanwhile. */
    private static final int PAGE = 500;

    private static final long FORGOTTEN = -1;

    private final GuardedRedis redis;
    private final QueueScript script;
    private final UnfinishedBatches rows;
    private final LongSupplier nanoTime;

    /** @param prefix prefix of the queue's keys */
    public RedisQueueRefill(GuardedRedis redis, String prefix, UnfinishedBatches rows, LongSupplier nanoTime) {
        this.redis = redis;
        this.script = new QueueScript(redis, prefix);
        this.rows = rows;
        this.nanoTime = nanoTime;
    }

    /**
     * One pass. Returns whether this call has brought the order up to date; false also when the database or Redis is
     * unavailable.
     */
    public boolean refillOnce() {
        long number = begin();
        if (number == FORGOTTEN) {
            LOG.inconsistent(redis.address());
            number = begin();
        }
        if (number <= 0) {
            return false;
        }
        long before = nanoTime.getAsLong();
        try {
            boolean done = keep(String.valueOf(number)) && drop(String.valueOf(number));
            Duration rest = Duration.ofNanos(nanoTime.getAsLong() - before).multipliedBy(REST);
            if (done && rest.compareTo(PAUSE) > 0) {
                script.number("rest", String.valueOf(rest.toMillis()));
            }
            return done;
        } catch (BackfillException databaseAway) {
            return false;
        }
    }

    private long begin() {
        return script.number("begin", PAUSE_MILLIS).orElse(0);
    }

    private boolean keep(String number) {
        String last = "";
        while (true) {
            List<UnfinishedBatch> page = rows.after(last, PAGE);
            if (!page.isEmpty()) {
                OptionalLong kept = script.number("keep", keepArguments(number, page));
                if (kept.orElse(FORGOTTEN) == FORGOTTEN) {
                    return false;
                }
                last = page.getLast().id().value();
            }
            if (page.size() < PAGE) {
                return true;
            }
        }
    }

    private static String[] keepArguments(String number, List<UnfinishedBatch> page) {
        return Stream.concat(
                        Stream.of(number, PAUSE_MILLIS),
                        page.stream().map(batch -> (batch.running() ? "t " : "w ") + batch.place()))
                .toArray(String[]::new);
    }

    private boolean drop(String number) {
        long dropped;
        do {
            dropped = script.number("drop", number, String.valueOf(PAGE)).orElse(FORGOTTEN);
        } while (dropped >= PAGE);
        return dropped != FORGOTTEN;
    }
}
