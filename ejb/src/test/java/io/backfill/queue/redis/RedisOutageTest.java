package io.backfill.queue.redis;

import static io.backfill.batches.SampleBatches.ADA;
import static io.backfill.batches.SampleBatches.BOB;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.backfill.batches.Batch;
import io.backfill.ids.BatchId;
import io.backfill.queue.BatchQueue.Candidate;
import io.backfill.queue.Wakeup;
import io.backfill.testing.RedisServer;
import io.backfill.testing.SeededIds;
import io.backfill.testing.TcpLink;
import java.time.Duration;
import java.util.Optional;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Redis is killed, emptied, frozen, slowed down and cut off while rows wait. */
class RedisOutageTest {
    private static final Duration MUCH_LESS_THAN_A_TIMEOUT = Duration.ofSeconds(1);

    private static RedisServer server;
    private static CatalogRows rows;

    private TcpLink link;
    private CountingQueue fallback;
    private RedisNode node;

    @BeforeAll
    static void start() {
        server = new RedisServer();
        rows = CatalogRows.inMemory("outages");
    }

    @AfterAll
    static void stop() {
        rows.close();
        server.close();
    }

    @BeforeEach
    void open() {
        server.start();
        server.command("FLUSHALL");
        link = TcpLink.to(server.port());
        fallback = new CountingQueue(rows.queue);
        node = new RedisNode(link.port(), fallback, rows.unfinished);
        node.queue.offer(rows.waiting(ADA, 1, "1h"));
        node.queue.offer(rows.waiting(BOB, 2, "2h"));
        theOrderComesFromRedis();
    }

    @AfterEach
    void close() {
        node.close();
        link.close();
        rows.clear();
    }

    private void theOrderComesFromRedis() {
        int asked = fallback.asked().get();
        assertThat(node.queue.next(10)).extracting(Candidate::id).containsExactly(id(1), id(2));
        assertThat(fallback.asked().get()).isEqualTo(asked);
    }

    private void workGoesOn() {
        assertThat(node.queue.next(10)).extracting(Candidate::id).containsExactly(id(1), id(2));
    }

    private static BatchId id(int n) {
        return SeededIds.batch(n);
    }

    private static Duration timeOf(Runnable action) {
        long before = System.nanoTime();
        action.run();
        return Duration.ofNanos(System.nanoTime() - before);
    }

    @Test
    void aKilledServerShouldCostNothingButTheOrder() {
        server.kill();

        assertThat(timeOf(this::workGoesOn)).isLessThan(MUCH_LESS_THAN_A_TIMEOUT);
        assertThat(node.redis.isAway()).isTrue();
        assertThat(node.queue.size()).isEqualTo(2);
        assertThat(node.refill.refillOnce()).isFalse();
    }

    @Test
    void aRestartBetweenTwoQuestionsShouldNotBeNoticed() {
        server.restart();

        node.queue.offer(rows.waiting(ADA, 3, "3h"));

        assertThat(node.redis.isAway()).isFalse();
        assertThat(server.command("ZCARD", "backfill:{queue}:waiting")).isEqualTo(":1");
    }

    @Test
    void afterARestartTheOrderShouldBeBackWithinFiveSeconds() {
        node.refilling();
        server.kill();
        workGoesOn();

        server.start();

        await().atMost(Duration.ofSeconds(5))
                .pollInterval(Duration.ofMillis(50))
                .untilAsserted(() -> {
                    assertThat(node.redis.isAway()).isFalse();
                    assertThat(server.command("ZCARD", "backfill:{queue}:waiting"))
                            .isEqualTo(":2");
                    theOrderComesFromRedis();
                });
    }

    @Test
    void afterFlushallWorkShouldGoOnAndTheOrderBeBackWithinFiveSeconds() {
        node.refilling();
        await().until(() -> server.command("EXISTS", "backfill:{queue}:pass").equals(":1"));

        server.command("FLUSHALL");

        workGoesOn();
        await().atMost(Duration.ofSeconds(5))
                .pollInterval(Duration.ofMillis(50))
                .untilAsserted(() -> assertThat(server.command("ZCARD", "backfill:{queue}:waiting"))
                        .isEqualTo(":2"));
        theOrderComesFromRedis();
    }

    @Test
    void aRowThatNobodyOfferedShouldBeOfferedWithinFiveSeconds() {
        node.refilling();
        await().until(() -> server.command("EXISTS", "backfill:{queue}:pass").equals(":1"));

        rows.waiting(BOB, 5, "1h");

        await().atMost(Duration.ofSeconds(5))
                .untilAsserted(() -> assertThat(node.queue.next(10))
                        .extracting(Candidate::id)
                        .containsExactly(id(1), id(5), id(2)));
    }

    @Test
    void aFrozenServerShouldCostOneTimeoutAndThenNothing() {
        server.pause();
        try {
            Duration first = timeOf(this::workGoesOn);
            System.out.printf("Redis frozen: the first question cost %d ms%n", first.toMillis());
            assertThat(first).isBetween(Duration.ofMillis(1_900), Duration.ofMillis(3_900));

            // also while it tries to reconnect, which it does after more than a second
            Duration then = Duration.ofSeconds(3);
            await().pollInterval(Duration.ofMillis(20))
                    .atMost(Duration.ofSeconds(20))
                    .during(then)
                    .until(() -> timeOf(this::workGoesOn).compareTo(MUCH_LESS_THAN_A_TIMEOUT) < 0);
        } finally {
            server.resume();
        }
        await().atMost(Duration.ofSeconds(5))
                .pollInterval(Duration.ofMillis(50))
                .untilAsserted(() -> {
                    workGoesOn();
                    assertThat(node.redis.isAway()).isFalse();
                });
        theOrderComesFromRedis();
    }

    @Test
    void aBlackHoleShouldNotHoldUpARequestThread() {
        Batch batch = rows.waiting(ADA, 7, "1h");
        link.blackHole();

        RedisBatchQueue queue = node.impatientQueue(fallback);
        Duration offering = timeOf(() -> queue.offer(batch));
        Duration publishing = timeOf(() -> node.events.publish(new Wakeup.Work()));

        System.out.printf(
                "Redis in a black hole: an offer took %d ms, a wake-up %d us%n",
                offering.toMillis(), publishing.toNanos() / 1_000);
        assertThat(offering).isLessThan(MUCH_LESS_THAN_A_TIMEOUT);
        assertThat(publishing).isLessThan(Duration.ofMillis(100));
        await().until(() -> node.redis.isAway());
        assertThat(timeOf(() -> queue.offer(batch))).isLessThan(Duration.ofMillis(100));
    }

    @Test
    void aRefusedConnectionShouldNotHoldAnybodyUp() {
        link.refuse();
        link.resetAll();
        assertThat(timeOf(this::workGoesOn)).isLessThan(MUCH_LESS_THAN_A_TIMEOUT);
        assertThat(node.redis.isAway()).isTrue();

        link.pass();

        await().atMost(Duration.ofSeconds(5)).untilAsserted(() -> {
            workGoesOn();
            assertThat(node.redis.isAway()).isFalse();
        });
    }

    @Test
    void aSlowServerShouldStillSayTheOrder() {
        link.slow(Duration.ofMillis(100));

        theOrderComesFromRedis();

        assertThat(node.redis.isAway()).isFalse();
    }

    @Test
    void anAnswerThatIsCutOffShouldBeAskedForAgain() {
        for (int bytes = 1; bytes <= 40; bytes += 13) {
            link.cutAfter(bytes);
            theOrderComesFromRedis();
        }
        assertThat(node.redis.isAway()).isFalse();
    }

    @Test
    void aServerThatIsNotThereAtTheStartShouldBeFoundLater() {
        server.kill();
        try (RedisNode late = new RedisNode(
                RedisAddress.parse("redis://127.0.0.1:" + server.port(), Optional.empty()),
                rows.queue,
                rows.unfinished)) {
            assertThat(late.queue.next(10)).extracting(Candidate::id).containsExactly(id(1), id(2));
            assertThat(late.redis.isAway()).isTrue();

            server.start();

            await().atMost(Duration.ofSeconds(5)).until(late.refill::refillOnce);
            assertThat(late.redis.isAway()).isFalse();
        }
    }
}
