package io.backfill.feed;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.backfill.batches.SampleBatches;
import io.backfill.errors.BackfillException;
import io.backfill.errors.ErrorCode;
import io.backfill.files.BlobReader;
import io.backfill.files.FileStore;
import io.backfill.files.StoredFile;
import io.backfill.memory.MemoryBatchCatalog;
import io.backfill.results.ResultKind;
import io.backfill.results.ResultLogs;
import io.backfill.testing.SeededIds;
import io.backfill.testing.SettableTime;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** Tests of the results of running batches, over every store. */
public interface FeedContract {
    Set<ResultKind> ALL = EnumSet.allOf(ResultKind.class);

    FileStore store();

    ResultLogs logs();

    /** The catalog, a batch in it, and readers of its results on any node. */
    final class Play {
        final SettableTime time = new SettableTime(SampleBatches.NOON);
        final MemoryBatchCatalog batches = new MemoryBatchCatalog(time);
        final FeedSource source;
        final FileStore store;
        final PlayedBatch batch;

        Play(FileStore store, ResultLogs logs, int lines) throws IOException {
            this.store = store;
            source = new FeedSource(batches, batches.files(), store, logs, time);
            batch = PlayedBatch.planned(batches, store, logs, time, SampleBatches.ADA, 1, lines);
        }

        /** Reads a page as a node does that has not seen the batch before. */
        FeedPage page(FeedCursor from, Set<ResultKind> kinds, int limit) throws IOException {
            BatchFeed feed = BatchFeed.open(source, batch.id());
            feed.check(from, kinds);
            return FeedPage.of(feed, from, kinds, limit);
        }

        /** Reads pages of any size until no more lines are there; each cursor travels as text. */
        FeedCursor readAll(FeedCursor from, List<String> lines, int limit) throws IOException {
            FeedCursor cursor = from;
            while (true) {
                FeedPage page = page(cursor, ALL, limit);
                List<String> some = lines(page);
                assertThat(some).hasSizeLessThanOrEqualTo(limit);
                if (some.isEmpty()) {
                    assertThat(page.next()).isEqualTo(cursor);
                    return cursor;
                }
                lines.addAll(some);
                cursor = FeedCursor.parse(batch.id(), page.next().text(batch.id()))
                        .orElseThrow();
            }
        }

        List<String> fileLines() throws IOException {
            List<String> lines = new ArrayList<>();
            for (Optional<io.backfill.ids.FileId> file :
                    List.of(batch.row().outputFile(), batch.row().errorFile())) {
                if (file.isPresent()) {
                    try (BlobReader blob = store.open(StoredFile.key(file.get()));
                            InputStream in = blob.stream(0, blob.size())) {
                        new String(in.readAllBytes(), StandardCharsets.UTF_8)
                                .lines()
                                .forEach(lines::add);
                    }
                }
            }
            return lines;
        }
    }

    static List<String> lines(FeedPage page) throws IOException {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        page.writeTo(out, failure -> {
            throw new UncheckedIOException(failure);
        });
        assertThat(out.size()).isEqualTo((int) page.bytes());
        String text = out.toString(StandardCharsets.UTF_8);
        assertThat(text.isEmpty() || text.endsWith("\n")).isTrue();
        return text.lines().toList();
    }

    private Play play(int lines) throws IOException {
        return new Play(store(), logs(), lines);
    }

    @Test
    default void nothingShouldBeThereBeforeTheFirstResult() throws IOException {
        Play play = play(10);
        assertThat(lines(play.page(FeedCursor.START, ALL, 10))).isEmpty();
        play.batch.claim();
        play.batch.open();
        FeedPage page = play.page(FeedCursor.START, ALL, 10);
        assertThat(lines(page)).isEmpty();
        assertThat(page.next()).isEqualTo(FeedCursor.START);
    }

    @Test
    default void linesOfAKindShouldBeInTheOrderInWhichTheyBecameDurable() throws IOException {
        Play play = play(20);
        play.batch.claim();
        play.batch.open();
        play.batch.finish(7);
        List<String> first = lines(play.page(FeedCursor.START, Set.of(ResultKind.OUTPUT), 100));
        assertThat(first).hasSize(6);
        play.batch.finish(13);
        List<String> both = lines(play.page(FeedCursor.START, Set.of(ResultKind.OUTPUT), 100));
        assertThat(both.subList(0, 6)).isEqualTo(first);
        play.batch.end();
        // the only partition, so the file is in the same order
        assertThat(play.fileLines().subList(0, 16)).isEqualTo(both);
        assertThat(lines(play.page(FeedCursor.START, Set.of(ResultKind.OUTPUT), 100)))
                .isEqualTo(both);
    }

    @Test
    default void everyLineShouldComeOnceAcrossTakeoversAndTheEnd() throws IOException {
        Play play = play(60);
        List<String> seen = new ArrayList<>();
        FeedCursor cursor = FeedCursor.START;
        for (int owner = 0; owner < 3; owner++) {
            play.batch.claim();
            cursor = play.readAll(cursor, seen, 3);
            play.batch.open();
            cursor = play.readAll(cursor, seen, 2);
            play.batch.finish(8);
            cursor = play.readAll(cursor, seen, 3);
            play.batch.finishUnrecorded(5);
            cursor = play.readAll(cursor, seen, 5);
        }
        play.batch.cancel();
        play.batch.end();
        cursor = play.readAll(cursor, seen, 7);

        // 39 lines with a result, and 21 that never ran
        assertThat(seen).doesNotHaveDuplicates().containsExactlyInAnyOrderElementsOf(play.fileLines());
        assertThat(seen).hasSize(60);
        assertThat(seen.subList(39, 60)).allMatch(line -> line.contains("\"code\":\"batch_cancelled\""));
        assertThat(play.readAll(cursor, seen, 1)).isEqualTo(cursor);
    }

    @Test
    default void cursorOfAPageBeforeTheEndShouldResumeInTheFiles() throws IOException {
        Play play = play(40);
        play.batch.claim();
        play.batch.open();
        play.batch.finish(40);
        FeedPage before = play.page(FeedCursor.START, ALL, 11);
        List<String> seen = new ArrayList<>(lines(before));
        assertThat(seen).hasSize(11);
        play.batch.end();
        play.readAll(before.next(), seen, 100);
        assertThat(seen).doesNotHaveDuplicates().containsExactlyInAnyOrderElementsOf(play.fileLines());
    }

    /** The page was found in the log, and is sent when the log has become a file and its folder is gone. */
    @Test
    default void pageShouldBeSentAlthoughTheBatchEndsMeanwhile() throws IOException {
        Play play = play(30);
        play.batch.claim();
        play.batch.open();
        play.batch.finish(30);
        FeedPage page = play.page(FeedCursor.START, ALL, 1000);
        play.batch.end();
        assertThat(lines(page)).containsExactlyInAnyOrderElementsOf(play.fileLines());
    }

    /** The node that was paused wakes up and records results that its successor, which is about to open the log, may not see. */
    @Test
    default void linesOfAnOwnerThatLostItsLeaseShouldNotBeGiven() throws IOException {
        Play play = play(30);
        play.batch.claim();
        play.batch.open();
        play.batch.finish(5);
        play.batch.claim();
        FeedPage page = play.page(FeedCursor.START, ALL, 100);
        assertThat(lines(page)).isEmpty();
        play.batch.open();
        assertThat(lines(play.page(FeedCursor.START, ALL, 100))).hasSize(5);
    }

    @Test
    default void deletedFileShouldBeGoneAndTheOtherOneNot() throws IOException {
        Play play = play(10);
        play.batch.claim();
        play.batch.open();
        play.batch.finish(10);
        FeedCursor cursor = play.page(FeedCursor.START, ALL, 3).next();
        play.batch.end();
        play.batches
                .files()
                .delete(SampleBatches.ADA, play.batch.row().errorFile().orElseThrow(), play.time.instant());
        assertThatThrownBy(() -> play.page(cursor, ALL, 3))
                .isInstanceOfSatisfying(
                        BackfillException.class, gone -> assertThat(gone.code()).isEqualTo(ErrorCode.RESULTS_GONE));
        assertThat(lines(play.page(cursor, Set.of(ResultKind.OUTPUT), 10))).hasSize(5);
    }

    @Test
    default void cursorShouldBeOfItsBatchOnly() throws IOException {
        Play play = play(10);
        play.batch.claim();
        play.batch.open();
        play.batch.finish(10);
        String text = play.page(FeedCursor.START, ALL, 3).next().text(play.batch.id());
        assertThat(FeedCursor.parse(play.batch.id(), text)).isPresent();
        assertThat(FeedCursor.parse(SeededIds.batch(2), text)).isEmpty();
        assertThat(FeedCursor.parse(play.batch.id(), text.substring(0, text.length() - 1)))
                .isEmpty();
        assertThat(FeedCursor.parse(play.batch.id(), "")).isEmpty();
        assertThat(FeedCursor.parse(play.batch.id(), "not a cursor")).isEmpty();
    }
}
