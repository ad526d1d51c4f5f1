package io.backfill.wiring;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.backfill.catalog.jpa.Transactions;
import io.backfill.memory.MemoryBatchQueue;
import io.backfill.queue.LocalBatchEvents;
import io.backfill.queue.Wakeup;
import io.backfill.queue.redis.SqlUnfinishedBatches;
import io.backfill.testing.RedisServer;
import jakarta.persistence.EntityManagerFactory;
import java.lang.reflect.Proxy;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;

class QueueAndEventsTest {
    /** Fails every call, because listening does not use the database. */
    private static final Transactions NO_DATABASE = new Transactions((EntityManagerFactory) Proxy.newProxyInstance(
            QueueAndEventsTest.class.getClassLoader(),
            new Class<?>[] {EntityManagerFactory.class},
            (proxy, method, arguments) -> {
                throw new UnsupportedOperationException(method.getName());
            }));

    @Test
    void aNodeThatHearsNothingForHoursShouldBeAlive() {
        AtomicLong nanos = new AtomicLong();
        NodeThreads threads = new NodeThreads(nanos::get);
        try (RedisServer server = new RedisServer()) {
            AtomicReference<Wakeup> heard = new AtomicReference<>();
            QueueAndEvents queueAndEvents = QueueAndEvents.redis(
                    Settings.of(Map.of(Setting.REDIS_URL, server.url())),
                    new MemoryBatchQueue(),
                    new SqlUnfinishedBatches(NO_DATABASE),
                    new LocalBatchEvents(threads.tasks()),
                    threads,
                    new TimeAndIds());
            queueAndEvents.events().subscribe(heard::set);
            // its first connection triggers a wake-up to look for work
            queueAndEvents.upkeep().stream()
                    .filter(QueueAndEvents.Upkeep::listens)
                    .forEach(pass -> pass.start(threads));
            await().atMost(Duration.ofSeconds(20)).until(() -> heard.get() != null);

            nanos.addAndGet(Duration.ofHours(5).toNanos());
            assertThat(threads.overdue()).isEmpty();

            queueAndEvents.end().run();
        } finally {
            threads.stop();
        }
    }
}
