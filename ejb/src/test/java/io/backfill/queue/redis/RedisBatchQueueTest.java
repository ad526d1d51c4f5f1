package io.backfill.queue.redis;

import static io.backfill.batches.SampleBatches.ADA;
import static io.backfill.batches.SampleBatches.BOB;
import static org.assertj.core.api.Assertions.assertThat;

import io.backfill.batches.Batch;
import io.backfill.ids.BatchId;
import io.backfill.queue.BatchQueue.Candidate;
import io.backfill.tenants.TenantId;
import io.backfill.testing.RedisServer;
import io.backfill.testing.SeededIds;
import io.backfill.testing.SeededRandom;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.RepetitionInfo;
import org.junit.jupiter.api.Test;

/** Tests the order in Redis, and how it is reconciled with the rows. */
class RedisBatchQueueTest {
    private static RedisServer server;
    private static CatalogRows rows;

    private CountingQueue fallback;
    private RedisNode node;

    @BeforeAll
    static void start() {
        server = new RedisServer();
        rows = CatalogRows.inMemory("order");
    }

    @AfterAll
    static void stop() {
        rows.close();
        server.close();
    }

    @BeforeEach
    void open() {
        fallback = new CountingQueue(rows.queue);
        node = node();
    }

    private RedisNode node() {
        return new RedisNode(server.port(), fallback, rows.unfinished);
    }

    @AfterEach
    void clear() {
        node.close();
        rows.clear();
        server.command("FLUSHALL");
    }

    private Batch offered(TenantId tenant, int n, String window) {
        Batch batch = rows.waiting(tenant, n, window);
        node.queue.offer(batch);
        return batch;
    }

    private Batch claimed(Batch batch) {
        Batch claimed = rows.claim(batch.id());
        node.queue.remove(batch.id());
        return claimed;
    }

    private static BatchId id(int n) {
        return SeededIds.batch(n);
    }

    /** Lets the next refill begin at once, so that tests do not wait for it. */
    private static void allowRefill() {
        server.command("DEL", "backfill:{queue}:pass");
    }

    private boolean refill() {
        allowRefill();
        return node.refill.refillOnce();
    }

    @Test
    void aRunningBatchShouldCountAsATurnOfItsTenant() {
        Batch first = offered(ADA, 1, "1h");
        for (int n = 2; n <= 3; n++) {
            offered(ADA, n, "1h");
        }
        for (int n = 11; n <= 13; n++) {
            offered(BOB, n, "24h");
        }
        claimed(first);

        assertThat(node.queue.next(3)).extracting(Candidate::id).containsExactly(id(11), id(2), id(12));
        assertThat(node.queue.next(10)).isEqualTo(rows.queue.next(10));
    }

    @Test
    void aBatchHandedBackShouldNotCountAsRunning() {
        Batch first = offered(ADA, 1, "1h");
        offered(BOB, 11, "24h");
        Batch claimed = claimed(first);

        rows.release(claimed);
        node.queue.offer(claimed);

        assertThat(node.queue.next(10)).extracting(Candidate::id).containsExactly(id(1), id(11));
    }

    @Test
    void aBatchThatHasEndedShouldNotCountAsRunningAfterTheNextRefill() {
        Batch first = offered(ADA, 1, "1h");
        offered(ADA, 2, "1h");
        offered(BOB, 11, "24h");
        claimed(first);
        rows.delete(first.id());
        node.queue.remove(first.id());
        assertThat(node.queue.next(10)).extracting(Candidate::id).containsExactly(id(11), id(2));

        assertThat(refill()).isTrue();

        assertThat(node.queue.next(10)).extracting(Candidate::id).containsExactly(id(2), id(11));
    }

    @Test
    void removingWhatWasNeverOfferedShouldChangeNothing() {
        offered(ADA, 1, "1h");

        node.queue.remove(id(9));

        assertThat(node.queue.size()).isEqualTo(1);
        assertThat(node.queue.next(10)).extracting(Candidate::id).containsExactly(id(1));
    }

    /** Random offers, claims, releases and ends on two nodes. After each step the order is compared with that of the rows. */
    @RepeatedTest(12)
    void theOrderShouldBeTheOneOfTheRows(RepetitionInfo run) {
        Random random = SeededRandom.of(run);
        int tenants = 1 + random.nextInt(7);
        List<BatchId> waiting = new ArrayList<>();
        Map<BatchId, Batch> running = new HashMap<>();
        try (RedisNode other = node()) {
            for (int step = 1; step <= 40; step++) {
                RedisNode doer = random.nextBoolean() ? node : other;
                int dice = random.nextInt(10);
                if (dice < 5 || waiting.isEmpty()) {
                    // few different windows, so that many deadlines are equal
                    Batch batch = rows.waiting(
                            new TenantId("t-" + random.nextInt(tenants)), step, (1 + random.nextInt(3)) + "h");
                    doer.queue.offer(batch);
                    waiting.add(batch.id());
                } else if (dice < 8) {
                    BatchId id = waiting.remove(random.nextInt(waiting.size()));
                    running.put(id, rows.claim(id));
                    doer.queue.remove(id);
                } else if (!running.isEmpty()) {
                    Batch batch = running.remove(List.copyOf(running.keySet()).get(random.nextInt(running.size())));
                    rows.release(batch);
                    doer.queue.offer(batch);
                    waiting.add(batch.id());
                }
                int limit = tenants + random.nextInt(40);
                assertThat(node.queue.next(limit)).isEqualTo(rows.queue.next(limit));
            }
        }
        assertThat(fallback.asked().get()).isLessThan(40);
    }

    @RepeatedTest(4)
    void aRefillShouldBringBackTheOrderOfTheRows(RepetitionInfo run) {
        Random random = SeededRandom.of(run);
        for (int n = 1; n <= 60; n++) {
            Batch batch = rows.waiting(new TenantId("t-" + random.nextInt(5)), n, (1 + random.nextInt(20)) + "h");
            int dice = random.nextInt(4);
            // Redis gets correct information, wrong information or none
            if (dice == 0) {
                rows.claim(batch.id());
            }
            if (dice < 3 && random.nextBoolean()) {
                node.queue.offer(batch);
            }
            if (random.nextInt(5) == 0) {
                rows.delete(batch.id());
            }
        }

        assertThat(refill()).isTrue();

        assertThat(node.queue.next(100)).isEqualTo(rows.queue.next(100));
        assertThat(node.queue.size()).isEqualTo(rows.queue.size());
    }

    @Test
    void aRefillOfManyPagesShouldNameEachBatchOnce() {
        for (int n = 1; n <= 1_100; n++) {
            rows.waiting(new TenantId("t-" + n % 3), n, "1h");
        }

        assertThat(refill()).isTrue();
        assertThat(node.queue.size()).isEqualTo(1_100);
        assertThat(node.queue.next(256)).isEqualTo(rows.queue.next(256));

        rows.clear();
        assertThat(refill()).isTrue();
        assertThat(node.queue.size()).isZero();
        assertThat(server.command("DBSIZE")).isEqualTo(":2");
    }

    @Test
    void whatChangesDuringARefillShouldWinOverTheRowsReadBefore() {
        Batch claimedMeanwhile = offered(ADA, 1, "1h");
        Batch running = offered(ADA, 2, "2h");
        Batch handedBack = claimed(running);
        List<BatchId> offeredMeanwhile = List.of(id(3));
        UnfinishedBatches slow = (after, limit) -> {
            List<UnfinishedBatch> page = rows.unfinished.after(after, limit);
            rows.claim(claimedMeanwhile.id());
            node.queue.remove(claimedMeanwhile.id());
            rows.release(handedBack);
            node.queue.offer(handedBack);
            offered(BOB, 3, "3h");
            return page;
        };
        allowRefill();

        assertThat(new RedisQueueRefill(node.redis, RedisNode.PREFIX, slow, System::nanoTime).refillOnce())
                .isTrue();

        assertThat(node.queue.next(10)).extracting(Candidate::id).containsAll(offeredMeanwhile);
        assertThat(node.queue.next(10)).isEqualTo(rows.queue.next(10));
    }

    @Test
    void ofManyNodesOneShouldRefill() {
        try (RedisNode other = node()) {
            assertThat(node.refill.refillOnce()).isTrue();
            assertThat(other.refill.refillOnce()).isFalse();
            assertThat(node.refill.refillOnce()).isFalse();

            server.command("FLUSHALL");

            assertThat(other.refill.refillOnce()).isTrue();
        }
    }

    @Test
    void aRefillThatLosesItsBeginningShouldEndWithoutHarm() {
        rows.waiting(ADA, 1, "1h");
        UnfinishedBatches emptied = (after, limit) -> {
            server.command("FLUSHALL");
            return rows.unfinished.after(after, limit);
        };

        assertThat(new RedisQueueRefill(node.redis, RedisNode.PREFIX, emptied, System::nanoTime).refillOnce())
                .isFalse();
        assertThat(node.refill.refillOnce()).isTrue();
        assertThat(node.queue.next(10)).extracting(Candidate::id).containsExactly(id(1));
    }

    @Test
    void anEmptyRedisShouldNotHideWaitingRows() {
        rows.waiting(ADA, 1, "1h");
        rows.waiting(BOB, 2, "2h");

        assertThat(node.queue.next(10)).extracting(Candidate::id).containsExactly(id(1), id(2));
        assertThat(node.queue.size()).isEqualTo(2);
    }

    @Test
    void anIdleClusterShouldCostTheDatabaseOneQueryPerSecond() {
        for (int n = 0; n < 200; n++) {
            assertThat(node.queue.next(10)).isEmpty();
        }
        assertThat(fallback.asked().get()).isEqualTo(1);
    }

    @Test
    void keysOfAnotherKindShouldNotStopClaimsAndShouldBeReplaced() {
        offered(ADA, 1, "1h");
        for (String key : List.of("waiting", "taken", "turns", "places", "seen", "run")) {
            server.command("SET", "backfill:{queue}:" + key, "nonsense");
            allowRefill();

            assertThat(node.queue.next(10)).as(key).extracting(Candidate::id).containsExactly(id(1));
            assertThat(node.refill.refillOnce()).as(key).isTrue();
            int asked = fallback.asked().get();
            assertThat(node.queue.next(10)).as(key).extracting(Candidate::id).containsExactly(id(1));
            assertThat(fallback.asked().get()).as(key).isEqualTo(asked);
        }
        assertThat(node.redis.isAway()).isFalse();
    }

    @Test
    void keysThatWereEvictedOneByOneShouldBeBuiltAnew() {
        offered(ADA, 1, "1h");
        offered(BOB, 2, "2h");
        claimed(offered(BOB, 3, "2h"));
        for (String key : List.of("waiting", "taken", "turns", "places", "seen", "run")) {
            server.command("UNLINK", "backfill:{queue}:" + key);

            assertThat(refill()).as(key).isTrue();

            assertThat(node.queue.next(10)).as(key).isEqualTo(rows.queue.next(10));
            assertThat(node.queue.size()).as(key).isEqualTo(2);
        }
    }

    @Test
    void membersThatAreNotOursShouldNotStopClaims() {
        offered(ADA, 1, "1h");
        server.command("ZADD", "backfill:{queue}:turns", "-5", "stranger");
        server.command("ZADD", "backfill:{queue}:waiting", "0", "ada 0 junk");
        server.command("HSET", "backfill:{queue}:places", id(7).value(), "junk");
        String tooLong = "x".repeat(129);
        server.command("ZADD", "backfill:{queue}:turns", "-6", tooLong);
        server.command("ZADD", "backfill:{queue}:waiting", "0", tooLong + " 0000000000000 " + id(8).value());

        assertThat(node.queue.next(10)).extracting(Candidate::id).containsExactly(id(1));
        node.queue.remove(id(7));
        assertThat(refill()).isTrue();
        assertThat(node.queue.next(10)).extracting(Candidate::id).containsExactly(id(1));
        assertThat(node.queue.size()).isEqualTo(1);
    }

    @Test
    void aForgottenScriptShouldBeGivenAgain() {
        offered(ADA, 1, "1h");
        server.command("SCRIPT", "FLUSH");

        assertThat(node.queue.next(10)).extracting(Candidate::id).containsExactly(id(1));
        assertThat(fallback.asked().get()).isZero();
    }

    @Test
    void aTenantsNameShouldNotMeanAnything() {
        for (String name : List.of("%s", "a:b", "(", "[", "-", "+", "~", "!", "a", "a!", "ab")) {
            int n = name.hashCode() & 0xFFF;
            offered(new TenantId(name), n, "1h");
        }

        assertThat(node.queue.next(20)).hasSize(11).isEqualTo(rows.queue.next(20));
    }
}
