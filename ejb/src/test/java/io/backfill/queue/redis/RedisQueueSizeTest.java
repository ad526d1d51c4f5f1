package io.backfill.queue.redis;

import static org.assertj.core.api.Assertions.assertThat;

import io.backfill.batches.Batch;
import io.backfill.batches.SampleBatches;
import io.backfill.memory.MemoryBatchQueue;
import io.backfill.queue.BatchQueue.Candidate;
import io.backfill.tenants.TenantId;
import io.backfill.testing.RedisServer;
import io.backfill.testing.SeededIds;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.function.IntConsumer;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Measures the cost of each operation while 100,000 batches wait. */
@Tag("slow")
class RedisQueueSizeTest {
    private static final int WAITING = 100_000;
    private static final Instant FIRST = Instant.parse("2026-11-03T12:00:00Z");

    @ParameterizedTest
    @ValueSource(ints = {100, 100_000})
    void everyOperationShouldBeShort(int tenants) {
        List<UnfinishedBatch> rows = IntStream.rangeClosed(1, WAITING)
                .mapToObj(n -> new UnfinishedBatch(
                        SeededIds.batch(n), tenant(n, tenants), FIRST.plusMillis((long) n * 7919 % WAITING), false))
                .sorted((a, b) -> a.id().compareTo(b.id()))
                .toList();
        try (RedisServer server = new RedisServer();
                RedisNode node = new RedisNode(server.port(), new MemoryBatchQueue(), (after, limit) -> {
                    int from = place(rows, after);
                    return rows.subList(from, Math.min(from + limit, rows.size()));
                })) {
            long before = System.nanoTime();
            assertThat(node.refill.refillOnce()).isTrue();
            long filled = System.nanoTime();
            server.command("DEL", "backfill:{queue}:pass");
            assertThat(node.refill.refillOnce()).isTrue();
            long confirmed = System.nanoTime();
            assertThat(node.queue.size()).isEqualTo(WAITING);
            System.out.printf(
                    "Redis queue, %,d batches of %,d tenants: filled in %d ms, confirmed in %d ms%n",
                    WAITING, tenants, (filled - before) / 1_000_000, (confirmed - filled) / 1_000_000);

            measure("next(32)", 500, n -> assertThat(node.queue.next(32)).hasSize(32));
            measure("next(256)", 50, n -> assertThat(node.queue.next(1_000)).hasSize(256));
            measure("offer", 500, n -> node.queue.offer(batch(WAITING + 1 + n, tenants)));
            List<Candidate> first = node.queue.next(256);
            measure("remove", 256, n -> node.queue.remove(first.get(n).id()));
            assertThat(node.queue.size()).isEqualTo(WAITING + 500 - 256);
            assertThat(node.queue.next(32)).hasSize(32).doesNotContainAnyElementsOf(first);
        }
    }

    /** Prints how long the action took, and fails if that is far too long. */
    private static void measure(String what, int times, IntConsumer action) {
        long[] nanos = new long[times];
        for (int n = 0; n < times; n++) {
            long before = System.nanoTime();
            action.accept(n);
            nanos[n] = System.nanoTime() - before;
        }
        Arrays.sort(nanos);
        System.out.printf(
                "  %-10s median %,d us, p99 %,d us%n", what, nanos[times / 2] / 1_000, nanos[times * 99 / 100] / 1_000);
        assertThat(Duration.ofNanos(nanos[times / 2])).isLessThan(Duration.ofMillis(100));
    }

    private static int place(List<UnfinishedBatch> rows, String id) {
        int low = 0;
        int high = rows.size();
        while (low < high) {
            int middle = (low + high) >>> 1;
            if (rows.get(middle).id().value().compareTo(id) <= 0) {
                low = middle + 1;
            } else {
                high = middle;
            }
        }
        return low;
    }

    private static TenantId tenant(int n, int tenants) {
        return new TenantId("tenant-" + n % tenants);
    }

    private static Batch batch(int n, int tenants) {
        return SampleBatches.batch(tenant(n, tenants), SeededIds.batch(n), "24h");
    }
}
