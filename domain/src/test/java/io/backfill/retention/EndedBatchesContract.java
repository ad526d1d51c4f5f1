package io.backfill.retention;

import static io.backfill.batches.SampleBatches.ADA;
import static io.backfill.batches.SampleBatches.BOB;
import static io.backfill.batches.SampleBatches.NOON;
import static org.assertj.core.api.Assertions.assertThat;

import io.backfill.batches.Batch;
import io.backfill.batches.BatchEvent;
import io.backfill.batches.BatchTransitions;
import io.backfill.batches.IdempotencyKey;
import io.backfill.batches.LineError;
import io.backfill.batches.Racers;
import io.backfill.batches.RequestCounts;
import io.backfill.batches.ResultFiles;
import io.backfill.batches.SampleBatches;
import io.backfill.ids.BatchId;
import io.backfill.testing.SeededIds;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** Tests that every {@link EndedBatches} must pass. */
public interface EndedBatchesContract extends RetentionFixture {
    ResultFiles RESULTS = ResultFiles.reserved(SeededIds.file(901), SeededIds.file(902));

    @Test
    default void endedBeforeShouldKnowEveryWayToEnd() {
        Batch completed = planned(1);
        completed = advance(completed, new BatchEvent.AssemblyBegun(RESULTS, true), NOON);
        advance(completed, assembled(), NOON.plusSeconds(1));
        failed(2, NOON.plusSeconds(2));
        Batch expired = planned(3);
        expired = advance(expired, new BatchEvent.AssemblyBegun(RESULTS, false), NOON);
        advance(expired, assembled(), NOON.plusSeconds(3));
        Batch cancelled = advance(inserted(4), new BatchEvent.CancelRequested(), NOON);
        advance(cancelled, new BatchEvent.EndedUnplanned(), NOON.plusSeconds(4));
        planned(5);

        assertThat(endedBefore(NOON)).isEmpty();
        for (int n = 1; n <= 4; n++) {
            assertThat(endedBefore(NOON.plusSeconds(n)))
                    .containsExactlyElementsOf(IntStream.rangeClosed(1, n)
                            .mapToObj(SeededIds::batch)
                            .toList());
        }
        assertThat(endedBefore(NOON.plusSeconds(1_000_000))).hasSize(4);
    }

    @Test
    default void endedBeforeShouldGiveAllTenantsPageByPage() {
        IntStream.rangeClosed(1, 7).forEach(n -> failed(n, NOON));
        Batch bobs = SampleBatches.batch(BOB, SeededIds.batch(8), "24h");
        batches().insert(bobs);
        advance(bobs, new BatchEvent.Refused(ERRORS), NOON);

        List<BatchId> first = ended().endedBefore(NOON, Optional.empty(), 5);
        // the row of the cursor may have been removed by then
        ended().remove(first);
        List<BatchId> second = ended().endedBefore(NOON, Optional.of(first.getLast()), 5);

        assertThat(first)
                .containsExactlyElementsOf(
                        IntStream.rangeClosed(1, 5).mapToObj(SeededIds::batch).toList());
        assertThat(second).containsExactly(SeededIds.batch(6), SeededIds.batch(7), SeededIds.batch(8));
    }

    @Test
    default void removeShouldLeaveBatchesThatHaveNotEnded() {
        failed(1, NOON);
        Batch live = planned(2);

        assertThat(ended().remove(List.of(SeededIds.batch(1), live.id(), SeededIds.batch(3))))
                .isEqualTo(1);

        assertThat(batches().find(SeededIds.batch(1))).isEmpty();
        assertThat(batches().find(live.id())).contains(live);
        assertThat(ended().remove(List.of(SeededIds.batch(1)))).isZero();
        assertThat(ended().remove(List.of())).isZero();
    }

    @Test
    default void ofManyThatRemoveABatchAtOnceOneShouldCountIt() {
        for (int n = 1; n <= 10; n++) {
            failed(n, NOON);
            BatchId id = SeededIds.batch(n);

            assertThat(Racers.race(4, racer -> ended().remove(List.of(id))).stream()
                            .mapToInt(Integer::intValue)
                            .sum())
                    .isEqualTo(1);
        }
    }

    @Test
    default void removeShouldTakeTheKeysOfTheBatchAlong() {
        IdempotencyKey key = new IdempotencyKey(ADA, "k", "body");
        IdempotencyKey other = new IdempotencyKey(ADA, "other", "body");
        Batch first = batches().insertOnce(SampleBatches.batch(1), key);
        batches().insertOnce(SampleBatches.batch(2), other);
        assertThat(ended().remove(List.of(first.id()))).isZero();
        assertThat(batches().insertOnce(SampleBatches.batch(3), key).id()).isEqualTo(first.id());

        advance(first, new BatchEvent.Refused(ERRORS), NOON);
        ended().remove(List.of(first.id()));

        assertThat(batches().insertOnce(SampleBatches.batch(4), key).id()).isEqualTo(SeededIds.batch(4));
        assertThat(batches().insertOnce(SampleBatches.batch(5), other).id()).isEqualTo(SeededIds.batch(2));
    }

    @Test
    default void aRepeatedCreateShouldNeverFindAKeyWithoutItsBatch() {
        for (int n = 1; n <= 10; n++) {
            IdempotencyKey key = new IdempotencyKey(ADA, "k" + n, "body");
            Batch first = batches().insertOnce(SampleBatches.batch(n), key);
            advance(first, new BatchEvent.Refused(ERRORS), NOON);
            int round = n;

            List<BatchId> made = Racers.race(4, racer -> {
                if (racer == 0) {
                    ended().remove(List.of(first.id()));
                    return first.id();
                }
                return batches()
                        .insertOnce(SampleBatches.batch(100 * round + racer), key)
                        .id();
            });

            // creates before the removal returned the first batch; those after it all returned the same new batch
            assertThat(made.stream().distinct().filter(id -> !id.equals(first.id())))
                    .hasSizeLessThanOrEqualTo(1);
            assertThat(batches().find(first.id())).isEmpty();
        }
    }

    @Test
    default void removeShouldLeaveResultFilesAlone() {
        Batch batch = planned(1);
        batch = advance(batch, new BatchEvent.AssemblyBegun(RESULTS, true), NOON);
        Batch after = BatchTransitions.apply(batch, assembled(), NOON);
        assertThat(batches().replace(batch, after, List.of(SampleBatches.file(ADA, RESULTS.output(), 3))))
                .isTrue();

        ended().remove(List.of(batch.id()));

        assertThat(files().find(ADA, RESULTS.output(), NOON)).isPresent();
        assertThat(files().forgettable(NOON, 10)).isEmpty();
    }

    @Test
    default void forgetKeysShouldRemoveThoseOfYesterdayOnlyAFewAtATime() {
        Instant tomorrow = NOON.plus(IdempotencyKey.REMEMBERED);
        IntStream.rangeClosed(1, 5)
                .forEach(n -> batches().insertOnce(SampleBatches.batch(n), new IdempotencyKey(ADA, "old" + n, "body")));
        IdempotencyKey young = new IdempotencyKey(ADA, "young", "body");
        batches().insertOnce(SampleBatches.createdAt(SeededIds.batch(6), NOON.plusSeconds(1)), young);

        assertThat(ended().forgetKeys(tomorrow.minusMillis(1), 10)).isZero();
        assertThat(ended().forgetKeys(tomorrow, 3)).isEqualTo(3);
        assertThat(ended().forgetKeys(tomorrow, 3)).isEqualTo(2);
        assertThat(ended().forgetKeys(tomorrow, 3)).isZero();

        Batch repeated = SampleBatches.createdAt(SeededIds.batch(7), NOON.plus(Duration.ofSeconds(2)));
        assertThat(batches().insertOnce(repeated, young).id()).isEqualTo(SeededIds.batch(6));
    }

    List<LineError> ERRORS = List.of(LineError.ofFile("empty_file", "nothing in it", ""));

    private List<BatchId> endedBefore(Instant end) {
        return ended().endedBefore(end, Optional.empty(), 100);
    }

    private static BatchEvent assembled() {
        return new BatchEvent.Assembled(new RequestCounts(10, 4, 0), Optional.empty(), RESULTS.made(true, false));
    }

    private Batch inserted(int n) {
        Batch batch = SampleBatches.batch(n);
        batches().insert(batch);
        return batch;
    }

    private Batch planned(int n) {
        return advance(inserted(n), new BatchEvent.Planned(10, Optional.of("m")), NOON);
    }

    private void failed(int n, Instant at) {
        advance(inserted(n), new BatchEvent.Refused(ERRORS), at);
    }

    private Batch advance(Batch before, BatchEvent event, Instant at) {
        Batch after = BatchTransitions.apply(before, event, at);
        assertThat(batches().replace(before, after, List.of())).isTrue();
        return batches().find(before.id()).orElseThrow();
    }
}
