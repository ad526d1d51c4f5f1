package io.backfill.results;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.backfill.batches.ResultFiles;
import io.backfill.files.FileStore;
import io.backfill.testing.Party;
import io.backfill.testing.SeededIds;
import java.io.IOException;
import java.util.BitSet;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** Tests that every {@link ResultLog} must pass. A log that a test does not close belongs to an owner that died or lost its lease. */
public interface ResultLogContract {
    /** Returns the logs, which are the same during a test and empty at its start. */
    ResultLogs testee();

    /** Returns the store that contains the plans, and from which the logs' segments can be read. */
    FileStore store();

    @Test
    default void logShouldBeEmptyAtFirst() throws IOException {
        PlannedBatch batch = batch(10);
        try (ResultLog log = open(batch, 1)) {
            assertThat(log.done().isEmpty()).isTrue();
            assertThat(log.totals()).isEqualTo(LogTotals.NONE);
            assertThat(log.checkpoint().segments()).isEmpty();
        }
    }

    @Test
    default void appendShouldMakeThePlaceDoneAndCountIt() throws IOException {
        PlannedBatch batch = batch(10);
        try (ResultLog log = open(batch, 1)) {
            for (int place : List.of(7, 0, 4)) {
                batch.append(log, place);
            }
            assertThat(log.done()).isEqualTo(BitSet.valueOf(new long[] {0b1001_0001}));
            assertThat(log.totals()).isEqualTo(new LogTotals(2, 1, PlannedBatch.USAGE.plus(PlannedBatch.USAGE)));
        }
    }

    @Test
    default void newestShouldBeWhatWasRecordedLastWhoeverDidIt() throws IOException {
        PlannedBatch batch = batch(10);
        int partition = batch.plan().partition();
        assertThat(testee().newest(batch.id(), partition)).isEqualTo(Checkpoint.NONE);
        assertThat(store().list(ResultLogs.folder(batch.id(), partition), 10)).isEmpty();
        try (ResultLog log = open(batch, 1)) {
            batch.append(log, 3);
            log.checkpoint();
            assertThat(testee().newest(batch.id(), partition).done()).isEqualTo(log.done());
            try (ResultLog later = open(batch, 4)) {
                batch.append(later, 5);
            }
            Checkpoint newest = testee().newest(batch.id(), partition);
            assertThat(newest.epoch()).isEqualTo(4);
            assertThat(newest.done().cardinality()).isEqualTo(2);
            assertThat(newest.totals().failed() + newest.totals().completed()).isEqualTo(2);
        }
    }

    @Test
    default void appendShouldRefuseAPlaceThatHasAResult() throws IOException {
        PlannedBatch batch = batch(10);
        try (ResultLog log = open(batch, 1)) {
            batch.append(log, 3);
            assertThatThrownBy(() -> batch.append(log, 3)).isInstanceOf(IllegalStateException.class);
            assertThat(log.totals()).isEqualTo(batch.totals(3, 4));
        }
        try (ResultLog later = open(batch, 2)) {
            assertThatThrownBy(() -> batch.append(later, 3)).isInstanceOf(IllegalStateException.class);
            assertHolds(later, batch, 3, 4);
        }
    }

    @Test
    default void appendsAtOnceShouldAllBeThereOnce() throws Exception {
        PlannedBatch batch = batch(640);
        ResultLog log = open(batch, 1);
        Party party = new Party(32);
        try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
            for (int i = 0; i < 32; i++) {
                int from = i * 20;
                threads.submit(() -> {
                    party.attend();
                    batch.append(log, from, from + 20);
                    return from;
                });
            }
            party.awaitGuests().disband();
        }
        assertHolds(log, batch, 0, 640);
        log.close();
    }

    /** An answer that is too large for memory is in a spool. Its line is logged like any other. */
    @Test
    default void linesAroundSpooledAnswersShouldBeThereOnceBesideTheOthers() throws IOException {
        PlannedBatch batch = batch(60);
        ResultLog died = open(batch, 1);
        for (int place = 0; place < 50; place++) {
            if (place % 3 == 0) {
                try (ResultLine line = batch.spooledResult(place)) {
                    died.append(batch.entry(place), line);
                }
            } else {
                batch.append(died, place);
            }
        }
        assertHolds(died, batch, 0, 50);
        try (ResultLog log = open(batch, 2);
                ResultLine line = batch.spooledResult(50)) {
            assertHolds(log, batch, 0, 50);
            log.append(batch.entry(50), line);
            assertThatThrownBy(() -> log.append(batch.entry(50), line)).isInstanceOf(IllegalStateException.class);
            assertHolds(log, batch, 0, 51);
            assertThat(batch.placesIn(store(), log.checkpoint()))
                    .isEqualTo(IntStream.range(0, 51).boxed().toList());
        }
    }

    /** A spool that cannot be read causes a failed append: nothing of the line counts, and other lines are not affected. */
    @Test
    default void aSpoolThatBreaksShouldCostItsOwnLineOnly() throws IOException {
        PlannedBatch batch = batch(10);
        try (ResultLog log = open(batch, 1)) {
            batch.append(log, 0);
            try (ResultLine broken = batch.spooledResult(1)) {
                broken.close();
                assertThatThrownBy(() -> log.append(batch.entry(1), broken)).isInstanceOf(IOException.class);
            }
            batch.append(log, 1, 4);
            assertHolds(log, batch, 0, 4);
            assertThat(batch.placesIn(store(), log.checkpoint())).containsExactly(0, 1, 2, 3);
        }
        try (ResultLog later = open(batch, 2)) {
            assertHolds(later, batch, 0, 4);
        }
    }

    @Test
    default void nextOwnerShouldFindEveryLineOfOneThatDied() throws IOException {
        PlannedBatch batch = batch(100);
        ResultLog died = open(batch, 1);
        batch.append(died, 0, 40);
        try (ResultLog log = open(batch, 2)) {
            assertHolds(log, batch, 0, 40);
        }
    }

    @Test
    default void nextOwnerShouldFindEveryLineBeyondTheCheckpointOfOneThatDied() throws IOException {
        PlannedBatch batch = batch(100);
        ResultLog died = open(batch, 1);
        batch.append(died, 0, 40);
        died.checkpoint();
        batch.append(died, 40, 70);
        try (ResultLog log = open(batch, 2)) {
            assertHolds(log, batch, 0, 70);
            batch.append(log, 70, 100);
            assertHolds(log, batch, 0, 100);
        }
    }

    @Test
    default void everyLineShouldBeThereOnceAfterManyOwnersThatDied() throws IOException {
        PlannedBatch batch = batch(90);
        for (int owner = 0; owner < 9; owner++) {
            ResultLog log = open(batch, 3 + 2L * owner);
            assertThat(log.totals()).isEqualTo(batch.totals(0, owner * 10));
            batch.append(log, owner * 10, owner * 10 + 5);
            if (owner % 3 == 0) {
                log.checkpoint();
            }
            batch.append(log, owner * 10 + 5, owner * 10 + 10);
        }
        try (ResultLog log = open(batch, 100)) {
            assertHolds(log, batch, 0, 90);
        }
    }

    @Test
    default void linesOfAnOwnerWithoutLeaseShouldNotCount() throws IOException {
        PlannedBatch batch = batch(100);
        ResultLog zombie = open(batch, 1);
        batch.append(zombie, 0, 20);
        ResultLog log = open(batch, 2);
        appendAsZombie(batch, zombie, 20, 30);
        batch.append(log, 20, 25);
        appendAsZombie(batch, zombie, 30, 40);
        assertHolds(log, batch, 0, 25);
        log.close();
        try (ResultLog later = open(batch, 3)) {
            assertHolds(later, batch, 0, 25);
        }
    }

    @Test
    default void linesOfAnOwnerWithoutLeaseShouldNotCountWhenTheNextOwnerDied() throws IOException {
        PlannedBatch batch = batch(100);
        ResultLog zombie = open(batch, 1);
        batch.append(zombie, 0, 20);
        open(batch, 2);
        appendAsZombie(batch, zombie, 20, 30);
        try (ResultLog later = open(batch, 3)) {
            assertHolds(later, batch, 0, 20);
        }
    }

    @Test
    default void openShouldRefuseAnOwnerThatLostItsLease() throws IOException {
        PlannedBatch batch = batch(10);
        open(batch, 5).close();
        assertThatThrownBy(() -> open(batch, 4)).isInstanceOf(IOException.class);
    }

    @Test
    default void sameOwnerShouldGoOnWhereItEnded() throws IOException {
        PlannedBatch batch = batch(60);
        for (int round = 0; round < 3; round++) {
            try (ResultLog log = open(batch, 7)) {
                assertThat(log.totals()).isEqualTo(batch.totals(0, round * 20));
                batch.append(log, round * 20, round * 20 + 20);
            }
        }
        try (ResultLog log = open(batch, 7)) {
            assertHolds(log, batch, 0, 60);
        }
    }

    @Test
    default void openShouldFixWhatCountsBeforeAnythingIsAppended() throws IOException {
        PlannedBatch batch = batch(40);
        ResultLog died = open(batch, 1);
        batch.append(died, 0, 10);
        ResultLog log = open(batch, 2);
        assertThat(batch.placesIn(store(), log.checkpoint()))
                .containsExactlyElementsOf(IntStream.range(0, 10).boxed().toList());
        assertThat(log.checkpoint().epoch()).isEqualTo(2);
        log.close();
    }

    @Test
    default void sequenceShouldGrowWithEveryCheckpointAndOwner() throws IOException {
        PlannedBatch batch = batch(40);
        ResultLog log = open(batch, 1);
        long first = log.checkpoint().sequence();
        batch.append(log, 0, 10);
        long second = log.checkpoint().sequence();
        assertThat(second).isGreaterThan(first);
        log.close();
        try (ResultLog again = open(batch, 1)) {
            assertThat(again.checkpoint().sequence()).isGreaterThan(second);
            assertThat(again.record()).isGreaterThan(second);
        }
    }

    @Test
    default void recordShouldNotBeBehindACheckpoint() throws IOException {
        PlannedBatch batch = batch(40);
        try (ResultLog log = open(batch, 1)) {
            batch.append(log, 0, 10);
            long sequence = log.checkpoint().sequence();
            assertThat(log.record()).isGreaterThanOrEqualTo(sequence);
        }
    }

    @Test
    default void closeShouldRecordEverything() throws IOException {
        PlannedBatch batch = batch(40);
        ResultLog log = open(batch, 1);
        batch.append(log, 0, 40);
        log.close();
        log.close();
        try (ResultLog later = open(batch, 2)) {
            assertHolds(later, batch, 0, 40);
        }
    }

    @Test
    default void appendShouldBeRefusedByAClosedLog() throws IOException {
        PlannedBatch batch = batch(10);
        ResultLog log = open(batch, 1);
        log.close();
        assertThatThrownBy(() -> batch.append(log, 1)).isInstanceOf(IllegalStateException.class);
        try (ResultLog later = open(batch, 2)) {
            assertThat(later.done().isEmpty()).isTrue();
        }
    }

    @Test
    default void doneShouldBeACopy() throws IOException {
        PlannedBatch batch = batch(10);
        try (ResultLog log = open(batch, 1)) {
            batch.append(log, 1);
            log.done().set(2);
            log.checkpoint().done().set(3);
            assertThat(log.done().cardinality()).isEqualTo(1);
            assertThat(log.checkpoint().done().cardinality()).isEqualTo(1);
        }
    }

    @Test
    default void logsOfTwoBatchesShouldNotMeet() throws IOException {
        PlannedBatch one = PlannedBatch.in(store(), SeededIds.batch(1), 10);
        PlannedBatch other = PlannedBatch.in(store(), SeededIds.batch(2), 10);
        try (ResultLog logOfOne = open(one, 1);
                ResultLog logOfOther = open(other, 1)) {
            one.append(logOfOne, 0, 5);
            other.append(logOfOther, 5, 10);
            assertHolds(logOfOne, one, 0, 5);
            assertHolds(logOfOther, other, 5, 10);
        }
    }

    @Test
    default void assemblyShouldEndEveryLineOnce() throws IOException {
        PlannedBatch batch = batch(50);
        ResultLog zombie = open(batch, 1);
        batch.append(zombie, 0, 10);
        ResultLog died = open(batch, 2);
        appendAsZombie(batch, zombie, 10, 20);
        batch.append(died, 10, 30);
        ResultFiles files = ResultFiles.reserved(SeededIds.file(1), SeededIds.file(2));
        Assembly assembly = Assembly.open(store(), testee(), batch.id(), batch.manifest(), 3);
        assertThat(assembly.unfinished()).isEqualTo(20);
        assertThat(assembly.totals()).isEqualTo(batch.totals(0, 30));
        Assembly.Made made = assembly.write(files, NotRunReason.EXPIRED);
        Assembly.Made again = Assembly.open(store(), testee(), batch.id(), batch.manifest(), 3)
                .write(files, NotRunReason.EXPIRED);
        assertThat(again).isEqualTo(made);
        assertThat(made.outputBytes())
                .isEqualTo(IntStream.range(0, 30)
                        .mapToObj(batch::result)
                        .filter(line -> line.kind() == ResultKind.OUTPUT)
                        .mapToInt(line -> line.bytes().length)
                        .sum());
    }

    private PlannedBatch batch(int lines) throws IOException {
        return PlannedBatch.in(store(), SeededIds.batch(7), lines);
    }

    private ResultLog open(PlannedBatch batch, long epoch) throws IOException {
        return testee().open(batch.id(), batch.plan(), epoch);
    }

    /** The append of a zombie may be rejected, or may be accepted without effect. */
    private static void appendAsZombie(PlannedBatch batch, ResultLog zombie, int from, int to) {
        try {
            batch.append(zombie, from, to);
            zombie.checkpoint();
        } catch (IOException refused) {
            // a rejected append is as good
        }
    }

    private void assertHolds(ResultLog log, PlannedBatch batch, int from, int to) throws IOException {
        BitSet places = new BitSet();
        places.set(from, to);
        assertThat(log.done()).isEqualTo(places);
        assertThat(log.totals()).isEqualTo(batch.totals(from, to));
        Checkpoint checkpoint = log.checkpoint();
        assertThat(checkpoint.done()).isEqualTo(places);
        assertThat(checkpoint.totals()).isEqualTo(batch.totals(from, to));
        assertThat(batch.placesIn(store(), checkpoint))
                .containsExactlyElementsOf(IntStream.range(from, to).boxed().toList());
    }
}
