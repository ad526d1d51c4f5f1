package io.backfill.wiring;

import io.backfill.catalog.jpa.Transactions;
import io.backfill.queue.BatchEvents;
import io.backfill.queue.BatchQueue;
import io.backfill.queue.LocalBatchEvents;
import io.backfill.queue.redis.GuardedRedis;
import io.backfill.queue.redis.RedisAddress;
import io.backfill.queue.redis.RedisBatchEvents;
import io.backfill.queue.redis.RedisBatchQueue;
import io.backfill.queue.redis.RedisQueueRefill;
import io.backfill.queue.redis.SqlUnfinishedBatches;
import io.backfill.queue.sql.PostgresNotifications;
import io.backfill.queue.sql.SqlBatchQueue;
import java.time.Duration;
import java.util.List;
import javax.sql.DataSource;

/**
 * The queue and the events, which notify a node of work before it polls the catalog. All of them may be unavailable at any
 * time.
 *
 * @param upkeep background passes that they need
 * @param end closes connections, which also ends the passes that wait on them
 * @param description names both for people
 */
record QueueAndEvents(BatchQueue queue, BatchEvents events, List<Upkeep> upkeep, Runnable end, String description) {
    /**
     * A background pass.
     *
     * @param listens its rounds last as long as the connection that they listen on, which may be years
     */
    record Upkeep(String name, Duration period, boolean listens, BackgroundPass.Work work) {
        void start(NodeThreads threads) {
            if (listens) {
                threads.listen(period, name, work);
            } else {
                threads.every(period, name, work);
            }
        }
    }

    /** Pass that fills the queue in Redis. */
    private static final String REFILL = "queue";

    private static final Duration LISTEN_AGAIN = Duration.ofMillis(50);
    private static final Duration REFILL_EVERY = Duration.ofSeconds(1);

    /** @param sessions provides connections that may stay open, for notifications */
    static QueueAndEvents of(
            Setup setup,
            DataSource sessions,
            Transactions transactions,
            Catalogs catalogs,
            NodeThreads threads,
            TimeAndIds timeAndIds) {
        BatchQueue queue = new SqlBatchQueue(transactions, catalogs.leases(), catalogs.waiting());
        LocalBatchEvents local = new LocalBatchEvents(threads.tasks());
        if (!setup.profile().shared()) {
            return new QueueAndEvents(queue, local, List.of(), () -> {}, "SQL, in process");
        }
        if (setup.profile() == Profile.CLUSTER) {
            return redis(setup.settings(), queue, new SqlUnfinishedBatches(transactions), local, threads, timeAndIds);
        }
        PostgresNotifications notifications =
                new PostgresNotifications(sessions, transactions, local, threads.tasks(), timeAndIds.nanoTime());
        return new QueueAndEvents(
                queue,
                notifications,
                List.of(new Upkeep("notifications", LISTEN_AGAIN, false, notifications::listenOnce)),
                () -> {},
                "SQL, LISTEN/NOTIFY");
    }

    /** Returns the same events with another queue, which needs no pass of ours. */
    QueueAndEvents with(BatchQueue replacement) {
        return new QueueAndEvents(
                replacement,
                events,
                upkeep.stream().filter(pass -> !pass.name().equals(REFILL)).toList(),
                end,
                description + ", queue replaced");
    }

    static QueueAndEvents redis(
            Settings settings,
            BatchQueue rows,
            SqlUnfinishedBatches unfinishedRows,
            LocalBatchEvents local,
            NodeThreads threads,
            TimeAndIds timeAndIds) {
        RedisAddress address = address(settings);
        String prefix = settings.text(Setting.REDIS_PREFIX);
        GuardedRedis redis = new GuardedRedis(address, threads.tasks(), timeAndIds.nanoTime());
        RedisBatchEvents events = new RedisBatchEvents(redis, prefix, local, threads.tasks(), timeAndIds.nanoTime());
        RedisQueueRefill refill = new RedisQueueRefill(redis, prefix, unfinishedRows, timeAndIds.nanoTime());
        return new QueueAndEvents(
                new RedisBatchQueue(redis, prefix, rows, threads.tasks(), timeAndIds.nanoTime()),
                events,
                List.of(
                        new Upkeep("wake-ups", LISTEN_AGAIN, true, events::listenOnce),
                        new Upkeep("wake-up pings", RedisBatchEvents.PING_EVERY, false, events::pingOnce),
                        new Upkeep(REFILL, REFILL_EVERY, false, refill::refillOnce)),
                () -> {
                    events.close();
                    redis.close();
                },
                "Redis at " + address);
    }

    private static RedisAddress address(Settings settings) {
        try {
            return RedisAddress.parse(settings.text(Setting.REDIS_URL), settings.path(Setting.REDIS_CA_FILE));
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException(Setting.REDIS_URL.key() + " " + e.getMessage(), e);
        }
    }
}
