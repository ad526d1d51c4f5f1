package io.backfill.ids;

import static org.assertj.core.api.Assertions.assertThat;

import io.backfill.testing.SeededIds;
import io.backfill.testing.SeededRandom;
import io.backfill.testing.SettableTime;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.random.RandomGenerator;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.RepetitionInfo;
import org.junit.jupiter.api.Test;

class IdGeneratorTest {
    private final SettableTime time = SettableTime.standing();
    private final IdGenerator ids = SeededIds.of(time, 7);

    @Test
    void idsShouldBeginWithTheSecondAndTheMillisecondOfTheirCreation() {
        time.set(Instant.parse("2026-09-29T18:18:01.042Z"));

        String second = Long.toHexString(time.instant().getEpochSecond());
        assertThat(ids.batchId().value()).matches("batch_" + second + "02a[0-9a-f]{21}");
        assertThat(ids.fileId().value()).matches("file-" + second + "02a[0-9a-f]{21}");
        assertThat(ids.uploadId().value()).matches("upload_" + second + "02a[0-9a-f]{21}");
        assertThat(ids.partId().value()).matches("part_" + second + "02a[0-9a-f]{21}");
    }

    @Test
    void createdAtShouldBeTheMillisecondOfCreation() {
        time.set(Instant.parse("2026-09-29T18:18:01.999999Z"));

        assertThat(ids.batchId().createdAt()).isEqualTo(Instant.parse("2026-09-29T18:18:01.999Z"));
        assertThat(ids.fileId().createdAt()).isEqualTo(Instant.parse("2026-09-29T18:18:01.999Z"));
    }

    @Test
    void idsShouldAscendWithinOneMillisecond() {
        List<BatchId> made = batchIds(10_000);

        assertThat(made).isSorted().doesNotHaveDuplicates();
    }

    @Test
    void idsShouldAscendWhenTheClockStepsBack() {
        BatchId before = ids.batchId();
        time.set(time.instant().minusSeconds(3600));
        List<BatchId> made = batchIds(1000);

        assertThat(made).isSorted();
        assertThat(made.getFirst()).isGreaterThan(before);
    }

    @Test
    void idsShouldAscendAcrossTheEndOfASecond() {
        time.set(Instant.parse("2026-09-29T18:18:01.999Z"));
        BatchId before = ids.batchId();
        time.advance(Duration.ofMillis(1));

        assertThat(ids.batchId()).isGreaterThan(before);
    }

    @Test
    void idsOfManyThreadsShouldAllDiffer() throws InterruptedException {
        Set<BatchId> made = new HashSet<>();
        ConcurrentLinkedQueue<BatchId> queue = new ConcurrentLinkedQueue<>();
        List<Thread> threads = new ArrayList<>();
        for (int i = 0; i < 8; i++) {
            threads.add(Thread.startVirtualThread(() -> queue.addAll(batchIds(2000))));
        }
        for (Thread thread : threads) {
            thread.join();
        }
        made.addAll(queue);

        assertThat(made).hasSize(16_000);
    }

    /**
     * A line id contains 24 of the 32 digits of its batch. Two batches must differ in these, or a backend that deduplicates
     * confuses them.
     */
    @RepeatedTest(value = 50, failureThreshold = 1)
    void batchesOfOneMillisecondShouldHaveDifferentLineIds(RepetitionInfo run) {
        IdGenerator some = new IdGenerator(time, SeededRandom.of(run));
        Set<String> lineIds = new HashSet<>();
        for (int i = 0; i < 200; i++) {
            lineIds.add(LineId.of(some.batchId(), 1));
        }

        assertThat(lineIds).hasSize(200);
    }

    @Test
    void idsShouldAscendAlsoWhenRandomGivesItsLargestNumbers() {
        IdGenerator largest = new IdGenerator(time, new Largest());
        List<BatchId> made = new ArrayList<>();
        for (int i = 0; i < 1000; i++) {
            made.add(largest.batchId());
        }

        assertThat(made).isSorted().doesNotHaveDuplicates();
    }

    @Test
    void twoNodesShouldHardlyEverMakeTheSameId() {
        Set<BatchId> made = new HashSet<>();
        for (int node = 0; node < 100; node++) {
            IdGenerator other = new IdGenerator(time, new Random(node));
            for (int i = 0; i < 50; i++) {
                made.add(other.batchId());
            }
        }

        assertThat(made).hasSize(5000);
    }

    private List<BatchId> batchIds(int count) {
        List<BatchId> made = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            made.add(ids.batchId());
        }
        return made;
    }

    private static final class Largest implements RandomGenerator {
        @Override
        public long nextLong() {
            return -1;
        }

        @Override
        public long nextLong(long bound) {
            return bound - 1;
        }

        @Override
        public int nextInt(int bound) {
            return bound - 1;
        }
    }
}
