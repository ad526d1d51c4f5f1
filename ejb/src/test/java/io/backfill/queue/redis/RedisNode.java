package io.backfill.queue.redis;

import static org.awaitility.Awaitility.await;

import io.backfill.queue.BatchQueue;
import io.backfill.queue.LocalBatchEvents;
import io.backfill.queue.Wakeup;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;

/** The parts of a node that use Redis, and the passes that its wiring runs. */
final class RedisNode implements AutoCloseable {
    static final String PREFIX = "backfill";

    private final ExecutorService executor = Executors.newVirtualThreadPerTaskExecutor();
    private final CountDownLatch stopped = new CountDownLatch(1);
    final List<Wakeup> heard = new CopyOnWriteArrayList<>();
    final GuardedRedis redis;
    final RedisBatchQueue queue;
    final RedisQueueRefill refill;
    final RedisBatchEvents events;

    RedisNode(int port, BatchQueue fallback, UnfinishedBatches rows) {
        this(RedisAddress.parse("redis://127.0.0.1:" + port, Optional.empty()), fallback, rows);
    }

    RedisNode(RedisAddress address, BatchQueue fallback, UnfinishedBatches rows) {
        redis = new GuardedRedis(address, executor, System::nanoTime);
        // a long time-out, so that a test does not fail because the machine is slow
        queue = new RedisBatchQueue(redis, PREFIX, fallback, executor, Duration.ofSeconds(20), System::nanoTime);
        refill = new RedisQueueRefill(redis, PREFIX, rows, System::nanoTime);
        events = new RedisBatchEvents(redis, PREFIX, new LocalBatchEvents(executor), executor, System::nanoTime);
        events.subscribe(heard::add);
    }

    /** Starts listening and pinging, and waits until it receives wake-ups. */
    RedisNode listening() {
        every(Duration.ofMillis(50), events::listenOnce);
        every(RedisBatchEvents.PING_EVERY, events::pingOnce);
        await().until(events::isListening);
        await().until(() -> heard.contains(new Wakeup.Work()));
        heard.clear();
        return this;
    }

    /** Returns a queue with the time-out of the product. */
    RedisBatchQueue impatientQueue(BatchQueue fallback) {
        return new RedisBatchQueue(redis, PREFIX, fallback, executor, System::nanoTime);
    }

    /** Starts refilling every second. */
    RedisNode refilling() {
        every(Duration.ofSeconds(1), refill::refillOnce);
        return this;
    }

    private void every(Duration period, Runnable pass) {
        executor.execute(() -> {
            try {
                do {
                    pass.run();
                } while (!stopped.await(period.toMillis(), TimeUnit.MILLISECONDS));
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        });
    }

    @Override
    public void close() {
        stopped.countDown();
        events.close();
        redis.close();
        executor.shutdownNow();
    }
}
