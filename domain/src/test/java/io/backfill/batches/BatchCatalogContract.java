package io.backfill.batches;

import static io.backfill.batches.SampleBatches.ADA;
import static io.backfill.batches.SampleBatches.BOB;
import static io.backfill.batches.SampleBatches.NOON;
import static io.backfill.batches.SampleBatches.batch;
import static io.backfill.batches.SampleBatches.full;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.backfill.errors.BackfillException;
import io.backfill.errors.ErrorCode;
import io.backfill.files.StoredFile;
import io.backfill.ids.BatchId;
import io.backfill.ids.IdGenerator;
import io.backfill.testing.SeededIds;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalLong;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** Tests that every {@link BatchCatalog} must pass. */
public interface BatchCatalogContract extends CatalogFixture {
    Usage SOME_USAGE = new Usage(100, 40, 50, 10, 150);
    BatchEvent PLANNED = new BatchEvent.Planned(10, Optional.of("m"));
    BatchEvent CANCEL = new BatchEvent.CancelRequested();

    @Test
    default void insertShouldKeepEverythingThatAClientCanSay() {
        Batch batch = full(1);

        batches().insert(batch);

        assertThat(batches().find(batch.id())).contains(batch);
        assertThat(batches().find(batch.id()).orElseThrow().spec().metadata().orElseThrow())
                .containsExactlyEntriesOf(batch.spec().metadata().orElseThrow());
    }

    @Test
    default void insertShouldRefuseAnIdThatIsThere() {
        batches().insert(batch(1));

        assertThatThrownBy(() -> batches().insert(batch(1))).isInstanceOf(RuntimeException.class);
        assertThat(batches().list(ADA, Optional.empty(), 10)).hasSize(1);
    }

    @Test
    default void findShouldBeEmptyForABatchThatNeverWas() {
        assertThat(batches().find(SeededIds.batch(1))).isEmpty();
    }

    @Test
    default void findShouldHideAnotherTenantsBatch() {
        batches().insert(batch(1));

        assertThat(batches().find(ADA, SeededIds.batch(1))).isPresent();
        assertThat(batches().find(BOB, SeededIds.batch(1))).isEmpty();
    }

    @Test
    default void listShouldGiveATenantsBatchesNewestFirst() {
        insert(3, 1, 2);
        batches().insert(batch(BOB, SeededIds.batch(4), "1h"));

        assertThat(batches().list(ADA, Optional.empty(), 10))
                .extracting(Batch::id)
                .containsExactly(SeededIds.batch(3), SeededIds.batch(2), SeededIds.batch(1));
        assertThat(batches().list(BOB, Optional.empty(), 10)).hasSize(1);
    }

    @Test
    default void listShouldGoOnFromACursorThatIsNotThere() {
        insert(1, 2, 4, 5);

        assertThat(batches().list(ADA, Optional.of(SeededIds.batch(3)), 10))
                .extracting(Batch::id)
                .containsExactly(SeededIds.batch(2), SeededIds.batch(1));
    }

    @Test
    default void listShouldGiveNoMoreThanTheLimit() {
        insert(1, 2, 3);

        assertThat(batches().list(ADA, Optional.empty(), 2))
                .extracting(Batch::id)
                .containsExactly(SeededIds.batch(3), SeededIds.batch(2));
    }

    @Test
    default void listShouldOrderBatchesOfTheSameMillisecond() {
        IdGenerator ids = SeededIds.of(time(), 7);
        List<BatchId> created =
                IntStream.range(0, 50).mapToObj(i -> ids.batchId()).toList();
        created.forEach(id -> batches().insert(batch(ADA, id, "1h")));

        assertThat(batches().list(ADA, Optional.empty(), 100))
                .extracting(Batch::id)
                .containsExactlyElementsOf(created.reversed());
    }

    /** Returns the ids of all of ada's batches that meet the conditions, read in pages of two. */
    private List<BatchId> listed(BatchQuery.Filter filter) {
        List<BatchId> all = new ArrayList<>();
        Optional<BatchId> after = Optional.empty();
        List<Batch> page;
        do {
            page = batches().list(ADA, new BatchQuery(after, 2, filter));
            page.forEach(batch -> all.add(batch.id()));
            after = page.isEmpty() ? after : Optional.of(page.getLast().id());
        } while (!page.isEmpty());
        return all;
    }

    private static BatchQuery.Filter filter(
            Optional<BatchStatus> status, Optional<String> model, Optional<BatchQuery.MetadataPair> pair) {
        return new BatchQuery.Filter(status, model, pair, BatchQuery.Created.EVER);
    }

    /**
     * Compares each combination of conditions with a filter of the whole list, after every kind of change that can move a
     * batch from one list to another.
     */
    @Test
    default void listShouldGiveTheBatchesThatMeetEveryCondition() {
        List<String> colours = List.of("red", "", "blue");
        for (int n = 1; n <= 24; n++) {
            Batch batch = SampleBatches.labelled(ADA, n, colours.get(n % 3), "of " + n % 2);
            batches().insert(batch);
            if (n % 4 > 0) {
                Batch planned = BatchTransitions.apply(
                        batch,
                        new BatchEvent.Planned(10, n % 4 == 1 ? Optional.empty() : Optional.of("m" + n % 4)),
                        NOON);
                assertThat(batches().replace(batch, planned, List.of())).isTrue();
                if (n % 5 == 0) {
                    assertThat(batches().replace(planned, BatchTransitions.apply(planned, CANCEL, NOON), List.of()))
                            .isTrue();
                }
            }
        }
        batches().insert(SampleBatches.labelled(BOB, 25, "red", "of 0"));
        batches().insert(batch(26));
        List<Batch> all = batches().list(ADA, Optional.empty(), 100);
        assertThat(all).hasSize(25);

        int found = 0;
        List<Optional<BatchQuery.MetadataPair>> pairs = Stream.concat(
                        Stream.of(Optional.<BatchQuery.MetadataPair>empty()),
                        Stream.of("colour red", "colour ", "colour green", "half of 0", "of 0 half", "\u0000 \u0000")
                                .map(text -> Optional.of(new BatchQuery.MetadataPair(
                                        text.substring(0, text.indexOf(' ')), text.substring(text.indexOf(' ') + 1)))))
                .toList();
        for (Optional<BatchQuery.MetadataPair> pair : pairs) {
            for (String model : List.of("", "m2", "m3", "unknown")) {
                for (int s = -1; s < BatchStatus.values().length; s++) {
                    BatchQuery.Filter filter = filter(
                            s < 0 ? Optional.empty() : Optional.of(BatchStatus.values()[s]),
                            Optional.of(model).filter(name -> !name.isEmpty()),
                            pair);
                    List<BatchId> expected =
                            all.stream().filter(filter::matches).map(Batch::id).toList();
                    assertThat(listed(filter)).as("%s", filter).isEqualTo(expected);
                    found += expected.size();
                }
            }
        }
        assertThat(found).isGreaterThan(100);
    }

    @Test
    default void listShouldBoundTheTimeOfCreationOnBothSides() {
        List<BatchId> ids = new ArrayList<>();
        for (int second = 0; second < 5; second++) {
            BatchId id = new BatchId("batch_%08x".formatted(NOON.getEpochSecond() + second) + "f".repeat(24));
            batches().insert(SampleBatches.createdAt(id, NOON.plusSeconds(second)));
            ids.addFirst(id);
        }
        long noon = NOON.getEpochSecond();
        assertThat(listed(created(OptionalLong.of(noon), OptionalLong.empty()))).isEqualTo(ids.subList(0, 4));
        assertThat(listed(created(OptionalLong.empty(), OptionalLong.of(noon + 3))))
                .isEqualTo(ids.subList(2, 5));
        assertThat(listed(created(OptionalLong.of(noon), OptionalLong.of(noon + 4))))
                .isEqualTo(ids.subList(1, 4));
        assertThat(listed(created(OptionalLong.of(noon + 4), OptionalLong.of(noon))))
                .isEmpty();
        assertThat(listed(created(OptionalLong.of(0), OptionalLong.of(999_999_999_999L))))
                .isEqualTo(ids);
        assertThat(listed(created(OptionalLong.of(999_999_999_999L), OptionalLong.empty())))
                .isEmpty();
        assertThat(listed(created(OptionalLong.empty(), OptionalLong.of(0)))).isEmpty();
    }

    private static BatchQuery.Filter created(OptionalLong after, OptionalLong before) {
        return new BatchQuery.Filter(
                Optional.empty(), Optional.empty(), Optional.empty(), new BatchQuery.Created(after, before));
    }

    @Test
    default void pagesShouldNeitherRepeatNorSkipWhileBatchesAreInserted() {
        IntStream.rangeClosed(1, 60).forEach(n -> batches().insert(batch(n)));
        AtomicBoolean reading = new AtomicBoolean(true);

        List<List<BatchId>> seen = Racers.race(2, racer -> {
            if (racer == 0) {
                List<BatchId> all = allPages(7);
                reading.set(false);
                return all;
            }
            for (int n = 1000; reading.get() && n < 3000; n++) {
                batches().insert(batch(n));
            }
            return List.<BatchId>of();
        });

        assertThat(seen.getFirst())
                .doesNotHaveDuplicates()
                .containsAll(
                        IntStream.rangeClosed(1, 60).mapToObj(SeededIds::batch).toList());
    }

    @Test
    default void replaceShouldKeepEverythingThatEventsChange() {
        Batch claimed = claimed(full(1));

        Batch planned = advance(claimed, PLANNED);
        ResultFiles reserved = ResultFiles.reserved(SeededIds.file(1), SeededIds.file(2));
        Batch finalizing = advance(planned, new BatchEvent.AssemblyBegun(reserved, true));
        Batch completed = advance(
                finalizing,
                new BatchEvent.Assembled(
                        new RequestCounts(10, 8, 2),
                        Optional.of(SOME_USAGE),
                        reserved.made(
                                true, true, List.of(new PartitionBytes(0, 1L << 33, 7), new PartitionBytes(1, 0, 0)))));

        assertThat(completed.status()).isEqualTo(BatchStatus.COMPLETED);
        assertThat(batches().find(claimed.id())).contains(completed);
    }

    @Test
    default void replaceShouldKeepTheErrorsOfARefusedInput() {
        Batch claimed = claimed(batch(1));
        List<LineError> errors = new ArrayList<>();
        errors.add(LineError.ofFile("empty_file", "nothing in it", ""));
        IntStream.range(1, LineError.MAX_LISTED)
                .forEach(line ->
                        errors.add(LineError.ofLine(line, "invalid_json_line", "line \"" + line + "\" \u00e4", "p")));

        Batch failed = advance(claimed, new BatchEvent.Refused(errors));

        assertThat(failed.status()).isEqualTo(BatchStatus.FAILED);
        assertThat(batches().find(claimed.id())).contains(failed);
    }

    @Test
    default void replaceShouldRefuseAVersionThatIsNotThereAnyMore() {
        Batch before = claimed(batch(1));
        Batch planned = advance(before, PLANNED);

        assertThat(batches().replace(before, BatchTransitions.apply(before, CANCEL, NOON), List.of()))
                .isFalse();
        assertThat(batches().find(before.id())).contains(planned);
    }

    @Test
    default void replaceShouldRefuseAnEpochThatIsNotThereAnyMore() {
        Batch before = claimed(batch(1));
        leases().release(before.id(), before.lease().epoch());
        Batch taken =
                leases().claim(before.id(), "other", Duration.ofMinutes(1)).orElseThrow();

        assertThat(batches().replace(before, BatchTransitions.apply(before, PLANNED, NOON), List.of()))
                .isFalse();
        assertThat(batches().find(before.id())).contains(taken);
    }

    @Test
    default void replaceShouldRefuseABatchThatNeverWas() {
        Batch unknown = batch(1);

        assertThat(batches().replace(unknown, BatchTransitions.apply(unknown, CANCEL, NOON), List.of()))
                .isFalse();
    }

    @Test
    default void ofManyReplacementsAtOnceOneShouldWin() {
        for (int n = 1; n <= 20; n++) {
            Batch before = claimed(batch(n));
            Batch after = BatchTransitions.apply(before, CANCEL, NOON);

            List<Boolean> won = Racers.race(4, racer -> batches().replace(before, after, List.of()));

            assertThat(won).containsOnlyOnce(true);
            assertThat(batches().find(before.id()).orElseThrow().version()).isEqualTo(before.version() + 1);
        }
    }

    @Test
    default void replaceShouldNotLowerCountsThatWereRaisedMeanwhile() {
        Batch running = advance(claimed(batch(1)), PLANNED);
        RequestCounts raised = new RequestCounts(10, 5, 1);
        batches().recordProgress(running.id(), running.lease().epoch(), raised, Optional.of(SOME_USAGE));

        assertThat(batches().replace(running, BatchTransitions.apply(running, CANCEL, NOON), List.of()))
                .isTrue();

        Batch cancelling = batches().find(running.id()).orElseThrow();
        assertThat(cancelling.status()).isEqualTo(BatchStatus.CANCELLING);
        assertThat(cancelling.counts()).isEqualTo(raised);
        assertThat(cancelling.usage()).contains(SOME_USAGE);
    }

    @Test
    default void replaceShouldSetExactCountsAtTheEnd() {
        Batch running = advance(claimed(batch(1)), PLANNED);
        batches()
                .recordProgress(
                        running.id(),
                        running.lease().epoch(),
                        new RequestCounts(10, 7, 1),
                        Optional.of(new Usage(900, 900, 900, 900, 900)));
        Batch cancelling = advance(batches().find(running.id()).orElseThrow(), CANCEL);
        ResultFiles files = ResultFiles.reserved(SeededIds.file(1), SeededIds.file(2));
        Batch assembling = advance(cancelling, new BatchEvent.AssemblyBegun(files, false));

        advance(
                assembling,
                new BatchEvent.Assembled(
                        new RequestCounts(10, 6, 2), Optional.of(SOME_USAGE), files.made(true, false)));

        Batch cancelled = batches().find(running.id()).orElseThrow();
        assertThat(cancelled.status()).isEqualTo(BatchStatus.CANCELLED);
        assertThat(cancelled.counts()).isEqualTo(new RequestCounts(10, 6, 2));
        assertThat(cancelled.usage()).contains(SOME_USAGE);
    }

    @Test
    default void replaceShouldEraseTheHeadersOfAnEndedBatch() {
        Batch running = claimed(full(1));

        advance(running, new BatchEvent.Refused(List.of()));

        assertThat(batches().find(running.id()).orElseThrow().state().headers()).isEqualTo(SealedHeaders.NONE);
    }

    @Test
    default void replaceShouldLeaveALeaseThatWasRenewedMeanwhile() {
        Batch before = claimed(batch(1));
        leases().renew(before.id(), before.lease().epoch(), Duration.ofDays(2));

        batches().replace(before, BatchTransitions.apply(before, PLANNED, NOON), List.of());

        Lease lease = batches().find(before.id()).orElseThrow().lease();
        assertThat(lease.owner()).isEqualTo("node");
        assertThat(lease.until()).isAfter(before.lease().until());
    }

    @Test
    default void resultFilesShouldAppearTogetherWithTheReplacement() {
        Batch before = claimed(batch(1));
        StoredFile file = SampleBatches.file(ADA, SeededIds.file(1), 12);
        Batch after = BatchTransitions.apply(before, PLANNED, NOON);

        assertThat(batches().replace(before, after, List.of(file))).isTrue();

        assertThat(files().find(ADA, file.id(), NOON)).contains(file);
        assertThat(files().bytesOf(ADA)).isEqualTo(12);
    }

    @Test
    default void resultFilesShouldNotAppearWhenTheReplacementIsRefused() {
        Batch before = claimed(batch(1));
        advance(before, PLANNED);
        StoredFile file = SampleBatches.file(ADA, SeededIds.file(1), 12);

        assertThat(batches().replace(before, BatchTransitions.apply(before, CANCEL, NOON), List.of(file)))
                .isFalse();

        assertThat(files().find(ADA, file.id(), NOON)).isEmpty();
        assertThat(files().bytesOf(ADA)).isZero();
    }

    @Test
    default void recordProgressShouldRaiseCountersAndLeaveTheVersion() {
        Batch running = advance(claimed(batch(1)), PLANNED);
        long epoch = running.lease().epoch();

        assertThat(batches().recordProgress(running.id(), epoch, new RequestCounts(10, 3, 1), Optional.empty()))
                .isTrue();
        assertThat(batches().find(running.id()))
                .contains(running.withProgress(new RequestCounts(10, 3, 1), Optional.empty()));

        batches().recordProgress(running.id(), epoch, new RequestCounts(10, 4, 1), Optional.of(SOME_USAGE));
        assertThat(batches().find(running.id()))
                .contains(running.withProgress(new RequestCounts(10, 4, 1), Optional.of(SOME_USAGE)));
    }

    @Test
    default void recordForecastShouldKeepTheBoundAndLeaveTheVersion() {
        Batch running = advance(claimed(batch(1)), PLANNED);
        long epoch = running.lease().epoch();
        Instant end = Instant.parse("2026-11-03T11:00:00Z");
        assertThat(batches().find(running.id()).orElseThrow().forecast()).isEqualTo(Forecast.NONE);

        assertThat(batches()
                        .recordForecast(
                                running.id(), epoch, new Forecast(OptionalDouble.of(0.25), true, Optional.of(end))))
                .isTrue();
        assertThat(batches().recordForecast(running.id(), epoch + 1, Forecast.NONE))
                .isFalse();
        Batch after = batches().find(running.id()).orElseThrow();
        assertThat(after.forecast()).isEqualTo(new Forecast(OptionalDouble.of(0.25), true, Optional.of(end)));
        assertThat(after.version()).isEqualTo(running.version());

        assertThat(batches().recordForecast(running.id(), epoch, Forecast.NONE)).isTrue();
        assertThat(batches().find(running.id()).orElseThrow().forecast())
                .isEqualTo(new Forecast(OptionalDouble.of(0.25), false, Optional.empty()));
    }

    @Test
    default void recordProgressShouldNeverLowerACounter() {
        Batch running = advance(claimed(batch(1)), PLANNED);
        long epoch = running.lease().epoch();
        batches().recordProgress(running.id(), epoch, new RequestCounts(10, 5, 2), Optional.of(SOME_USAGE));

        assertThat(batches()
                        .recordProgress(
                                running.id(),
                                epoch,
                                new RequestCounts(10, 4, 1),
                                Optional.of(new Usage(99, 39, 49, 9, 149))))
                .isTrue();
        assertThat(batches().recordProgress(running.id(), epoch, new RequestCounts(10, 4, 1), Optional.empty()))
                .isTrue();

        assertThat(batches().find(running.id()))
                .contains(running.withProgress(new RequestCounts(10, 5, 2), Optional.of(SOME_USAGE)));
    }

    @Test
    default void recordProgressShouldRefuseAnotherEpoch() {
        Batch running = advance(claimed(batch(1)), PLANNED);
        long epoch = running.lease().epoch();

        assertThat(batches().recordProgress(running.id(), epoch - 1, new RequestCounts(10, 3, 1), Optional.empty()))
                .isFalse();
        assertThat(batches().recordProgress(running.id(), epoch + 1, new RequestCounts(10, 3, 1), Optional.empty()))
                .isFalse();
        assertThat(batches().find(running.id())).contains(running);
        assertThat(batches().recordProgress(SeededIds.batch(9), 1, RequestCounts.NONE, Optional.empty()))
                .isFalse();
    }

    @Test
    default void recordProgressShouldLeaveABatchThatHasEnded() {
        Batch failed = advance(claimed(batch(1)), new BatchEvent.Refused(List.of()));

        assertThat(batches()
                        .recordProgress(
                                failed.id(),
                                failed.lease().epoch(),
                                new RequestCounts(10, 3, 1),
                                Optional.of(SOME_USAGE)))
                .isTrue();

        assertThat(batches().find(failed.id())).contains(failed);
    }

    @Test
    default void countsShouldNeverGoBackWhileStatusAndProgressAreWrittenAtOnce() {
        Batch running = advance(claimed(batch(1)), new BatchEvent.Planned(200, Optional.of("m")));
        AtomicBoolean counting = new AtomicBoolean(true);

        List<Integer> lowered = Racers.race(3, racer -> switch (racer) {
            case 0 -> {
                for (int done = 1; done <= 200; done++) {
                    batches()
                            .recordProgress(
                                    running.id(),
                                    running.lease().epoch(),
                                    new RequestCounts(200, done, 0),
                                    Optional.empty());
                }
                counting.set(false);
                yield 0;
            }
            case 1 -> {
                new BatchLifecycle(batches(), time()).apply(running, CANCEL);
                yield 0;
            }
            default -> {
                int last = 0;
                int drops = 0;
                while (counting.get()) {
                    int now =
                            batches().find(running.id()).orElseThrow().counts().completed();
                    drops += now < last ? 1 : 0;
                    last = now;
                }
                yield drops;
            }
        });

        assertThat(lowered).containsOnly(0);
        Batch end = batches().find(running.id()).orElseThrow();
        assertThat(end.status()).isEqualTo(BatchStatus.CANCELLING);
        assertThat(end.counts().completed()).isEqualTo(200);
    }

    @Test
    default void insertOnceShouldGiveTheFirstBatchToEveryRepetition() {
        IdempotencyKey key = new IdempotencyKey(ADA, "k", "body");

        assertThat(batches().insertOnce(batch(1), key)).isEqualTo(batch(1));
        assertThat(batches().insertOnce(batch(2), key)).isEqualTo(batch(1));

        assertThat(batches().find(SeededIds.batch(2))).isEmpty();
    }

    @Test
    default void insertOnceShouldGiveTheFirstBatchAsItIsNow() {
        IdempotencyKey key = new IdempotencyKey(ADA, "k", "body");
        batches().insertOnce(batch(1), key);
        Batch claimed = leases().claim(SeededIds.batch(1), "node", Duration.ofMinutes(1))
                .orElseThrow();

        assertThat(batches().insertOnce(batch(2), key)).isEqualTo(claimed);
    }

    @Test
    default void insertOnceShouldRefuseAnotherRequestUnderTheSameKey() {
        batches().insertOnce(batch(1), new IdempotencyKey(ADA, "k", "body"));

        assertThatThrownBy(() -> batches().insertOnce(batch(2), new IdempotencyKey(ADA, "k", "other body")))
                .isInstanceOfSatisfying(
                        BackfillException.class,
                        refused -> assertThat(refused.code()).isEqualTo(ErrorCode.CONFLICT));
        assertThat(batches().find(SeededIds.batch(2))).isEmpty();
    }

    @Test
    default void insertOnceShouldNotMixTheKeysOfTenants() {
        batches().insertOnce(batch(1), new IdempotencyKey(ADA, "k", "body"));

        Batch bobs = batch(BOB, SeededIds.batch(2), "1h");
        assertThat(batches().insertOnce(bobs, new IdempotencyKey(BOB, "k", "other body")))
                .isEqualTo(bobs);
    }

    @Test
    default void insertOnceShouldUseAKeyAgainAfterADay() {
        IdempotencyKey key = new IdempotencyKey(ADA, "k", "body");
        IdempotencyKey reused = new IdempotencyKey(ADA, "k", "next day's body");
        batches().insertOnce(batch(1), key);
        Batch almost = SampleBatches.createdAt(
                SeededIds.batch(2), NOON.plus(IdempotencyKey.REMEMBERED).minusSeconds(1));
        Batch next = SampleBatches.createdAt(SeededIds.batch(3), NOON.plus(IdempotencyKey.REMEMBERED));
        Batch afterNext = SampleBatches.createdAt(
                SeededIds.batch(4), NOON.plus(IdempotencyKey.REMEMBERED).plusSeconds(1));

        assertThat(batches().insertOnce(almost, key)).isEqualTo(batch(1));
        assertThat(batches().insertOnce(next, reused)).isEqualTo(next);
        assertThat(batches().insertOnce(afterNext, reused)).isEqualTo(next);
    }

    @Test
    default void ofManyCreatesWithOneKeyAtOnceOneBatchShouldCome() {
        for (int round = 0; round < 10; round++) {
            int first = round * 10;
            IdempotencyKey key = new IdempotencyKey(ADA, "key " + round, "body");

            List<Batch> made = Racers.race(6, racer -> batches().insertOnce(batch(first + racer), key));

            assertThat(new HashSet<>(made)).hasSize(1);
            assertThat(batches().list(ADA, Optional.empty(), 100)).hasSize(round + 1);
        }
    }

    @Test
    default void countRunningShouldCountOverAllTenantsWhatHasNotEnded() {
        insert(1, 2);
        batches().insert(batch(BOB, SeededIds.batch(3), "1h"));
        advance(claimed(batch(4)), PLANNED);

        insert(5);
        List<Batch> ended = new ArrayList<>();
        new BatchLifecycle(batches(), time(), ended::add)
                .applyAsOwner(batch(5).id(), 0, new BatchEvent.EndedUnplanned(), List.of());
        assertThat(ended).extracting(Batch::id).containsExactly(batch(5).id());

        assertThat(batches().countRunning())
                .containsEntry(BatchStatus.VALIDATING, 3L)
                .containsEntry(BatchStatus.IN_PROGRESS, 1L)
                .hasSize(2);
    }

    private void insert(int... numbers) {
        IntStream.of(numbers).forEach(n -> batches().insert(batch(n)));
    }

    private Batch claimed(Batch batch) {
        batches().insert(batch);
        return leases().claim(batch.id(), "node", Duration.ofMinutes(1)).orElseThrow();
    }

    private Batch advance(Batch before, BatchEvent event) {
        Batch after = BatchTransitions.apply(before, event, NOON.plusSeconds(before.version() + 1));
        assertThat(batches().replace(before, after, List.of())).isTrue();
        return after;
    }

    private List<BatchId> allPages(int size) {
        List<BatchId> all = new ArrayList<>();
        Optional<BatchId> cursor = Optional.empty();
        for (List<Batch> page = batches().list(ADA, cursor, size);
                !page.isEmpty();
                page = batches().list(ADA, cursor, size)) {
            page.forEach(batch -> all.add(batch.id()));
            cursor = Optional.of(all.getLast());
        }
        return all;
    }
}
