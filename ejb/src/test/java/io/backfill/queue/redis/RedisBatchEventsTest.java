package io.backfill.queue.redis;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.awaitility.Awaitility.await;

import io.backfill.memory.MemoryBatchQueue;
import io.backfill.queue.Wakeup;
import io.backfill.testing.RedisServer;
import io.backfill.testing.SeededIds;
import io.backfill.testing.TcpLink;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class RedisBatchEventsTest {
    private static final Wakeup WORK = new Wakeup.Work();
    private static final Wakeup CANCEL = new Wakeup.Order(SeededIds.batch(1));

    private static RedisServer server;

    private TcpLink link;
    private RedisNode here;
    private RedisNode there;

    @BeforeAll
    static void start() {
        server = new RedisServer();
    }

    @AfterAll
    static void stop() {
        server.close();
    }

    @BeforeEach
    void open() {
        server.start();
        link = TcpLink.to(server.port());
        here = node(server.port()).listening();
        there = node(link.port()).listening();
    }

    private static RedisNode node(int port) {
        return new RedisNode(port, new MemoryBatchQueue(), (after, limit) -> List.of());
    }

    @AfterEach
    void close() {
        here.close();
        there.close();
        link.close();
    }

    /** Waits until wake-ups of {@code here} reach {@code there} through the server again. */
    private void awaitThereHearsAgain(Duration within) {
        await().atMost(within).pollInterval(Duration.ofMillis(50)).until(() -> {
            here.events.publish(CANCEL);
            return there.heard.contains(CANCEL);
        });
    }

    @Test
    void everyNodeShouldHearEveryWakeup() {
        here.events.publish(CANCEL);
        here.events.publish(WORK);

        await().untilAsserted(() -> assertThat(there.heard).containsExactlyInAnyOrder(CANCEL, WORK));
        assertThat(here.heard).contains(CANCEL, WORK);
    }

    @Test
    void thisNodeShouldHearWithoutTheServer() {
        server.kill();

        here.events.publish(CANCEL);

        await().atMost(Duration.ofSeconds(1)).until(() -> here.heard.contains(CANCEL));
    }

    @Test
    void whatNobodyKnowsShouldBeIgnored() {
        for (String strange : List.of("", "dance", "cancel", "cancel batch_1", "work harder", "\u00e4\n")) {
            assertThat(server.command("PUBLISH", "backfill:wakeups:0", strange)).isEqualTo(":2");
        }
        assertThat(server.command("PUBLISH", "backfill:wakeups:0", "work")).isEqualTo(":2");

        await().until(() -> there.heard.contains(WORK));
        assertThat(there.heard).containsExactly(WORK);
    }

    @Test
    void anotherDatabaseOfTheServerShouldBeAnotherChannel() {
        RedisAddress second = RedisAddress.parse("redis://127.0.0.1:" + server.port() + "/1", Optional.empty());
        try (RedisNode other = new RedisNode(second, new MemoryBatchQueue(), (after, limit) -> List.of()).listening()) {
            other.events.publish(CANCEL);
            await().until(() -> other.heard.contains(CANCEL));
            here.events.publish(WORK);
            await().until(() -> there.heard.contains(WORK));

            assertThat(there.heard).containsExactly(WORK);
        }
    }

    @Test
    void aRestartedServerShouldBeHeardAgainAndWorkBeLookedForOnce() {
        server.restart();

        await().atMost(Duration.ofSeconds(5)).until(() -> there.heard.contains(WORK));
        awaitThereHearsAgain(Duration.ofSeconds(5));
        assertThat(there.heard.stream().filter(WORK::equals)).hasSize(1);
    }

    @Test
    void aResetConnectionShouldBeReplaced() {
        link.resetAll();

        await().atMost(Duration.ofSeconds(5)).until(() -> there.heard.contains(WORK));
        awaitThereHearsAgain(Duration.ofSeconds(5));
    }

    @Test
    void aBlackHoleShouldBeNoticedWithinTenSeconds() {
        long before = System.nanoTime();
        link.blackHole();

        await().atMost(Duration.ofSeconds(11)).until(() -> !there.events.isListening());
        System.out.printf(
                "Redis in a black hole: the listener noticed after %d ms%n", (System.nanoTime() - before) / 1_000_000);

        link.pass();
        awaitThereHearsAgain(Duration.ofSeconds(6));
    }

    @Test
    void aQuietConnectionShouldStayOpen() {
        await().pollInterval(Duration.ofMillis(100))
                .atMost(Duration.ofSeconds(15))
                .during(Duration.ofSeconds(10))
                .until(there.events::isListening);
        assertThat(there.heard).isEmpty();
    }

    @Test
    void publishShouldNeverBlockOrThrow() {
        server.pause();
        try {
            long longest = 0;
            for (int n = 0; n < 200; n++) {
                long before = System.nanoTime();
                there.events.publish(WORK);
                longest = Math.max(longest, System.nanoTime() - before);
            }
            System.out.printf("Redis frozen: the slowest of 200 wake-ups took %d us%n", longest / 1_000);
            assertThat(Duration.ofNanos(longest)).isLessThan(Duration.ofMillis(100));
        } finally {
            server.resume();
        }
        there.close();
        assertThatCode(() -> there.events.publish(WORK)).doesNotThrowAnyException();
    }

    @Test
    void aClosedNodeShouldListenNoMore() {
        there.events.close();

        await().atMost(Duration.ofSeconds(2)).until(() -> !there.events.isListening());
        await().until(() ->
                server.command("PUBLISH", "backfill:wakeups:0", "work").equals(":1"));
        there.events.listenOnce();
        assertThat(there.events.isListening()).isFalse();
    }
}
