package io.backfill.files;

import static io.backfill.batches.SampleBatches.ADA;
import static io.backfill.batches.SampleBatches.BOB;
import static io.backfill.batches.SampleBatches.NOON;
import static io.backfill.batches.SampleBatches.file;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.backfill.batches.Batch;
import io.backfill.batches.BatchEvent;
import io.backfill.batches.BatchTransitions;
import io.backfill.batches.CatalogFixture;
import io.backfill.batches.Racers;
import io.backfill.batches.RequestCounts;
import io.backfill.batches.Rerun;
import io.backfill.batches.ResultFiles;
import io.backfill.batches.SampleBatches;
import io.backfill.ids.FileId;
import io.backfill.ids.IdGenerator;
import io.backfill.testing.SeededIds;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** Tests that every {@link FileCatalog} must pass. */
public interface FileCatalogContract extends CatalogFixture {
    @Test
    default void putShouldKeepEverythingOfAFile() {
        StoredFile file = new StoredFile(
                SeededIds.file(1),
                ADA,
                "\u00e4\u4e2d \uD83D\uDE80 \"x\".jsonl",
                FilePurpose.USER_DATA,
                (1L << 33) + 1,
                NOON,
                Optional.of(NOON.plusSeconds(3600)));

        files().put(file);

        assertThat(files().find(ADA, file.id(), NOON)).contains(file);
    }

    @Test
    default void putShouldReplaceARecordOfTheSameFile() {
        files().put(file(ADA, SeededIds.file(1), 10));
        StoredFile again = file(ADA, SeededIds.file(1), 30);

        files().put(again);

        assertThat(files().find(ADA, again.id(), NOON)).contains(again);
        assertThat(files().bytesOf(ADA)).isEqualTo(30);
    }

    @Test
    default void putShouldRefuseAnotherTenantsFile() {
        files().put(file(ADA, SeededIds.file(1), 10));

        assertThatThrownBy(() -> files().put(file(BOB, SeededIds.file(1), 20)))
                .isInstanceOf(IllegalStateException.class);
        assertThat(files().find(ADA, SeededIds.file(1), NOON)).isPresent();
        assertThat(files().bytesOf(BOB)).isZero();
    }

    @Test
    default void putShouldNotBringADeletedFileBack() {
        files().put(file(ADA, SeededIds.file(1), 10));
        files().delete(ADA, SeededIds.file(1), NOON);

        files().put(file(ADA, SeededIds.file(1), 10));

        assertThat(files().find(ADA, SeededIds.file(1), NOON)).isEmpty();
    }

    @Test
    default void findShouldHideAnotherTenantsFileAndOneThatNeverWas() {
        files().put(file(ADA, SeededIds.file(1), 10));

        assertThat(files().find(BOB, SeededIds.file(1), NOON)).isEmpty();
        assertThat(files().find(ADA, SeededIds.file(2), NOON)).isEmpty();
    }

    @Test
    default void aFileShouldBeGoneFromTheSecondOfItsExpiry() {
        files().put(expiring(1, NOON.plusSeconds(10)));
        Instant last = NOON.plusSeconds(9);
        Instant gone = NOON.plusSeconds(10);

        assertThat(files().find(ADA, SeededIds.file(1), last)).isPresent();
        assertThat(files().list(ADA, newest(10), last)).hasSize(1);
        assertThat(files().find(ADA, SeededIds.file(1), gone)).isEmpty();
        assertThat(files().list(ADA, newest(10), gone)).isEmpty();
        assertThat(files().delete(ADA, SeededIds.file(1), gone)).isFalse();
    }

    @Test
    default void deleteShouldHideTheFileOnce() {
        files().put(file(ADA, SeededIds.file(1), 10));

        assertThat(files().delete(BOB, SeededIds.file(1), NOON)).isFalse();
        assertThat(files().delete(ADA, SeededIds.file(1), NOON)).isTrue();
        assertThat(files().delete(ADA, SeededIds.file(1), NOON)).isFalse();

        assertThat(files().find(ADA, SeededIds.file(1), NOON)).isEmpty();
        assertThat(files().list(ADA, newest(10), NOON)).isEmpty();
    }

    @Test
    default void ofManyDeletesAtOnceOneShouldBeTrue() {
        for (int n = 1; n <= 20; n++) {
            FileId id = SeededIds.file(n);
            files().put(file(ADA, id, 10));

            assertThat(Racers.race(4, racer -> files().delete(ADA, id, NOON))).containsOnlyOnce(true);
        }
    }

    @Test
    default void listShouldGoBothWays() {
        put(3, 1, 2);
        files().put(file(BOB, SeededIds.file(4), 1));

        assertThat(ids(newest(10))).containsExactly(SeededIds.file(3), SeededIds.file(2), SeededIds.file(1));
        assertThat(ids(new FileQuery(Optional.empty(), Optional.empty(), false, 10)))
                .containsExactly(SeededIds.file(1), SeededIds.file(2), SeededIds.file(3));
    }

    @Test
    default void listOfFilesShouldGoOnFromACursorThatIsNotThere() {
        put(1, 2, 4, 5);
        Optional<FileId> cursor = Optional.of(SeededIds.file(3));

        assertThat(ids(new FileQuery(Optional.empty(), cursor, true, 1))).containsExactly(SeededIds.file(2));
        assertThat(ids(new FileQuery(Optional.empty(), cursor, false, 1))).containsExactly(SeededIds.file(4));
    }

    @Test
    default void listOfFilesShouldGoOnFromACursorThatWasDeleted() {
        put(1, 2, 3);
        files().delete(ADA, SeededIds.file(2), NOON);
        files().forget(SeededIds.file(2));

        assertThat(ids(new FileQuery(Optional.empty(), Optional.of(SeededIds.file(2)), true, 10)))
                .containsExactly(SeededIds.file(1));
    }

    @Test
    default void listShouldKeepToOnePurpose() {
        put(1, 2);
        StoredFile output = new StoredFile(
                SeededIds.file(3), ADA, "out.jsonl", FilePurpose.BATCH_OUTPUT, 1, NOON, Optional.empty());
        files().put(output);

        assertThat(ids(new FileQuery(Optional.of(FilePurpose.BATCH), Optional.empty(), true, 10)))
                .containsExactly(SeededIds.file(2), SeededIds.file(1));
        assertThat(ids(new FileQuery(Optional.of(FilePurpose.BATCH), Optional.of(SeededIds.file(1)), false, 10)))
                .containsExactly(SeededIds.file(2));
        assertThat(ids(new FileQuery(Optional.of(FilePurpose.BATCH_OUTPUT), Optional.empty(), true, 10)))
                .containsExactly(output.id());
        assertThat(ids(new FileQuery(Optional.of(FilePurpose.VISION), Optional.empty(), true, 10)))
                .isEmpty();
    }

    @Test
    default void listShouldOrderFilesOfTheSameMillisecond() {
        IdGenerator ids = SeededIds.of(time(), 7);
        List<FileId> created =
                IntStream.range(0, 50).mapToObj(i -> ids.fileId()).toList();
        created.reversed().forEach(id -> files().put(file(ADA, id, 1)));

        assertThat(ids(newest(100))).containsExactlyElementsOf(created.reversed());
        assertThat(ids(new FileQuery(Optional.empty(), Optional.empty(), false, 100)))
                .containsExactlyElementsOf(created);
    }

    @Test
    default void aLoopThatDeletesWhatItListsShouldDeleteEverything() {
        IntStream.rangeClosed(1, 20).forEach(this::put);
        int deleted = 0;
        Optional<FileId> after = Optional.empty();
        for (List<FileId> page = page(after); !page.isEmpty(); page = page(after)) {
            after = Optional.of(page.getLast());
            deleted += files().delete(ADA, page.getLast(), NOON) ? 1 : 0;
        }

        assertThat(deleted).isEqualTo(20);
        assertThat(ids(newest(10))).isEmpty();
    }

    @Test
    default void pagesShouldNeitherRepeatNorSkipWhileFilesComeAndGo() {
        // files with even numbers always exist; files with odd numbers are removed and new ones are added meanwhile
        IntStream.rangeClosed(1, 100).forEach(this::put);
        AtomicBoolean reading = new AtomicBoolean(true);

        List<List<FileId>> seen = Racers.race(3, racer -> switch (racer) {
            case 0 -> {
                List<FileId> all = new ArrayList<>();
                Optional<FileId> after = Optional.empty();
                for (List<FileId> page = page(after, 7); !page.isEmpty(); page = page(after, 7)) {
                    all.addAll(page);
                    after = Optional.of(page.getLast());
                }
                reading.set(false);
                yield all;
            }
            case 1 -> {
                for (int n = 1; reading.get() && n < 100; n += 2) {
                    files().delete(ADA, SeededIds.file(n), NOON);
                    files().forget(SeededIds.file(n));
                }
                yield List.<FileId>of();
            }
            default -> {
                for (int n = 1000; reading.get() && n < 3000; n++) {
                    put(n);
                }
                yield List.<FileId>of();
            }
        });

        List<FileId> stayed = IntStream.rangeClosed(1, 50)
                .mapToObj(n -> SeededIds.file(2 * n))
                .toList();
        assertThat(seen.getFirst()).doesNotHaveDuplicates().containsAll(stayed);
    }

    @Test
    default void bytesOfShouldCountATenantsFilesUntilTheyAreForgotten() {
        assertThat(files().bytesOf(ADA)).isZero();
        files().put(file(ADA, SeededIds.file(1), 10));
        files().put(file(ADA, SeededIds.file(2), 1L << 40));
        files().put(file(BOB, SeededIds.file(3), 5));

        files().delete(ADA, SeededIds.file(1), NOON);
        assertThat(files().bytesOf(ADA)).isEqualTo((1L << 40) + 10);

        files().forget(SeededIds.file(1));
        files().forget(SeededIds.file(1));
        assertThat(files().bytesOf(ADA)).isEqualTo(1L << 40);
        assertThat(files().bytesOf(BOB)).isEqualTo(5);
    }

    @Test
    default void bytesOfShouldBeRightAfterManyWritesAtOnce() {
        Racers.race(8, racer -> {
            for (int i = 0; i < 20; i++) {
                FileId id = SeededIds.file(racer * 100 + i);
                files().put(file(ADA, id, 10));
                files().put(file(ADA, SeededIds.file(9999), racer + 1));
                if (i % 2 == 0) {
                    files().forget(id);
                }
            }
            return racer;
        });

        long last = files().find(ADA, SeededIds.file(9999), NOON).orElseThrow().bytes();
        assertThat(files().bytesOf(ADA)).isEqualTo(8 * 10 * 10 + last);
    }

    @Test
    default void forgettableShouldGiveDeletedFilesAndThenExpiredOnes() {
        put(1, 5);
        files().put(expiring(3, NOON.plusSeconds(10)));
        files().put(expiring(2, NOON.plusSeconds(11)));
        files().delete(ADA, SeededIds.file(5), NOON);

        assertThat(forgettable(NOON)).containsExactly(SeededIds.file(5));
        assertThat(forgettable(NOON.plusSeconds(10))).containsExactly(SeededIds.file(5), SeededIds.file(3));
        assertThat(forgettable(NOON.plusSeconds(11)))
                .containsExactly(SeededIds.file(5), SeededIds.file(3), SeededIds.file(2));
        assertThat(files().forgettable(NOON.plusSeconds(11), 2)).hasSize(2);
        assertThat(files().forgettableCount(NOON.plusSeconds(11))).isEqualTo(3);

        files().forget(SeededIds.file(5));
        assertThat(forgettable(NOON)).isEmpty();
    }

    @Test
    default void forgettableShouldNotGiveTheInputOfABatchBeforeItsEnd() {
        put(1);
        Batch batch = SampleBatches.reading(SeededIds.file(1), SeededIds.batch(1));
        batches().insert(batch);
        files().delete(ADA, SeededIds.file(1), NOON);
        assertThat(forgettable(NOON)).isEmpty();
        assertThat(files().forgettableCount(NOON)).isZero();

        Batch failed = BatchTransitions.apply(batch, new BatchEvent.Refused(List.of()), NOON);
        assertThat(batches().replace(batch, failed, List.of())).isTrue();

        assertThat(forgettable(NOON)).containsExactly(SeededIds.file(1));
    }

    @Test
    default void inputOfAnEndedBatchShouldBeKeptForReruns() {
        put(1);
        Batch batch = SampleBatches.reading(SeededIds.file(1), SeededIds.batch(1));
        batches().insert(batch);
        ResultFiles results = ResultFiles.reserved(SeededIds.file(8), SeededIds.file(9));
        Batch row = batch;
        for (BatchEvent event : List.of(
                new BatchEvent.Planned(1, Optional.of("m")),
                new BatchEvent.AssemblyBegun(results, true),
                new BatchEvent.Assembled(new RequestCounts(1, 1, 0), Optional.empty(), results.made(true, false)))) {
            Batch next = BatchTransitions.apply(row, event, NOON);
            assertThat(batches().replace(row, next, List.of())).isTrue();
            row = next;
        }
        files().delete(ADA, SeededIds.file(1), NOON);

        assertThat(files().forgettable(NOON, NOON.minusSeconds(1), 10)).isEmpty();
        assertThat(files().forgettableCount(NOON, NOON.minusSeconds(1))).isZero();
        assertThat(files().find(ADA, SeededIds.file(1), NOON)).isEmpty();
        assertThat(files().forgettable(NOON, NOON, 10)).hasSize(1);
        assertThat(files().forgettableCount(NOON, NOON)).isEqualTo(1);
    }

    @Test
    default void filesThatARerunReadsShouldBeKeptUntilItsEnd() {
        put(1, 2, 3, 4);
        Rerun rerun = new Rerun(
                SeededIds.batch(9),
                Rerun.Lines.FAILED,
                true,
                List.of(new Rerun.Ancestor(Optional.of(SeededIds.file(2)), Optional.of(SeededIds.file(3)))));
        Batch sample = SampleBatches.reading(SeededIds.file(1), SeededIds.batch(1));
        Batch batch = Batch.created(
                sample.id(), ADA, sample.spec(), NOON, sample.state().headers(), Optional.of(rerun));
        batches().insert(batch);
        assertThat(batches().find(batch.id())).contains(batch);
        for (int file = 1; file <= 4; file++) {
            files().delete(ADA, SeededIds.file(file), NOON);
        }
        assertThat(forgettable(NOON)).containsExactly(SeededIds.file(4));

        Batch failed = BatchTransitions.apply(batch, new BatchEvent.Refused(List.of()), NOON);
        assertThat(batches().replace(batch, failed, List.of())).isTrue();

        assertThat(forgettable(NOON)).hasSize(4);
    }

    private void put(int... numbers) {
        IntStream.of(numbers).forEach(n -> files().put(file(ADA, SeededIds.file(n), 1)));
    }

    private static StoredFile expiring(int n, Instant at) {
        return new StoredFile(SeededIds.file(n), ADA, "in.jsonl", FilePurpose.BATCH, 1, NOON, Optional.of(at));
    }

    private static FileQuery newest(int limit) {
        return new FileQuery(Optional.empty(), Optional.empty(), true, limit);
    }

    private List<FileId> ids(FileQuery query) {
        return files().list(ADA, query, NOON).stream().map(StoredFile::id).toList();
    }

    private List<FileId> page(Optional<FileId> after) {
        return page(after, 1);
    }

    private List<FileId> page(Optional<FileId> after, int size) {
        return ids(new FileQuery(Optional.empty(), after, true, size));
    }

    private List<FileId> forgettable(Instant now) {
        return files().forgettable(now, 100).stream().map(StoredFile::id).toList();
    }
}
