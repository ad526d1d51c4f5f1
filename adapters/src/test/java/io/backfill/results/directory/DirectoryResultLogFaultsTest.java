package io.backfill.results.directory;

import static io.backfill.results.directory.LogFixture.SELDOM;
import static io.backfill.results.directory.LogFixture.places;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.backfill.results.PlannedBatch;
import io.backfill.results.ResultLog;
import io.backfill.results.ResultLogs;
import io.backfill.results.directory.StagedLogFiles.Operation;
import io.backfill.testing.Party;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.BitSet;
import java.util.EnumMap;
import java.util.EnumSet;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class DirectoryResultLogFaultsTest {
    private static final ForcePolicy OFTEN = new ForcePolicy(false, Duration.ofMillis(5));

    /** The point at which a write may fail. */
    enum Cut {
        BEFORE,
        HALFWAY,
        AFTER
    }

    @TempDir
    Path root;

    private LogFixture fixture;
    private PlannedBatch batch;

    @BeforeEach
    void plan() throws IOException {
        fixture = LogFixture.planned(root, 60);
        batch = fixture.batch();
    }

    @AfterEach
    void endLoops() {
        fixture.close();
    }

    @ParameterizedTest
    @EnumSource(Cut.class)
    void lineShouldBeThereOnceWhenItIsAppendedAgainAfterAFailedWrite(Cut cut) throws IOException {
        Faults faults = new Faults();
        ResultLog log = fixture.open(1, SELDOM, faults);
        batch.append(log, 0, 10);
        faults.cut(cut);
        assertThatThrownBy(() -> batch.append(log, 10)).isInstanceOf(IOException.class);
        assertThat(log.done().get(10)).isFalse();
        assertThat(log.totals()).isEqualTo(batch.totals(0, 10));
        faults.heal();
        batch.append(log, 10, 20);
        assertThat(log.totals()).isEqualTo(batch.totals(0, 20));
        // the log is not closed, so the next owner must recover it
        assertThat(fixture.found(2)).isEqualTo(places(0, 20));
    }

    @ParameterizedTest
    @EnumSource(Cut.class)
    void lineShouldBeThereAtMostOnceWhenTheOwnerDiesAfterAFailedWrite(Cut cut) throws IOException {
        Faults faults = new Faults();
        ResultLog died = fixture.open(1, SELDOM, faults);
        batch.append(died, 0, 10);
        faults.cut(cut);
        assertThatThrownBy(() -> batch.append(died, 10)).isInstanceOf(IOException.class);
        try (ResultLog log = fixture.open(2)) {
            // a whole line is a result, even if its owner got no acknowledgement
            assertThat(log.done()).isEqualTo(BitSet.valueOf(new long[] {cut == Cut.AFTER ? 0x7FF : 0x3FF}));
            batch.append(log, cut == Cut.AFTER ? 11 : 10, 20);
        }
        assertThat(fixture.found(3)).isEqualTo(places(0, 20));
    }

    @Test
    void firstLineOfAKindShouldBeThereOnceWhenItsWriteFailed() throws IOException {
        Faults faults = new Faults();
        ResultLog log = fixture.open(1, SELDOM, faults);
        faults.cut(Cut.AFTER);
        assertThatThrownBy(() -> batch.append(log, 0)).isInstanceOf(IOException.class);
        faults.heal();
        batch.append(log, 0, 4);
        assertThat(fixture.found(2)).isEqualTo(places(0, 4));
    }

    @Test
    void nextSegmentShouldNotBeginBeforeTheEndOfTheFailedOneIsRecorded() throws IOException {
        Faults faults = new Faults();
        ResultLog log = fixture.open(1, SELDOM, faults);
        batch.append(log, 0, 4);
        faults.cut(Cut.AFTER);
        assertThatThrownBy(() -> batch.append(log, 5)).isInstanceOf(IOException.class);
        faults.heal();
        faults.fail(Operation.RECORD);
        assertThatThrownBy(() -> batch.append(log, 5)).isInstanceOf(IOException.class);
        assertThat(fixture.segments()).hasSize(1);
        // the other kind can still be appended
        batch.append(log, 4);
        faults.heal();
        batch.append(log, 5);
        assertThat(fixture.segments()).hasSize(3);
        assertThat(fixture.found(2)).isEqualTo(places(0, 6));
    }

    @Test
    void everyLineShouldBeThereOnceWhenEveryThirdWriteFails() throws IOException {
        AtomicInteger writes = new AtomicInteger();
        ResultLog log = fixture.open(1, OFTEN, new StagedLogFiles.Stage() {
            @Override
            public void after(Operation operation) throws IOException {
                if (operation == Operation.WRITE && writes.incrementAndGet() % 3 == 0) {
                    throw new IOException("done, but who knows");
                }
            }
        });
        for (int place = 0; place < 60; place++) {
            appendUntilTaken(log, place);
        }
        assertThat(log.totals()).isEqualTo(batch.totals(0, 60));
        assertThat(fixture.found(2)).isEqualTo(places(0, 60));
    }

    private void appendUntilTaken(ResultLog log, int place) {
        while (true) {
            try {
                batch.append(log, place);
                return;
            } catch (IOException again) {
                assertThat(log.done().get(place)).isFalse();
            }
        }
    }

    @Test
    void appendShouldSucceedAgainAfterASegmentCouldNotBeCreated() throws IOException {
        for (Cut cut : new Cut[] {Cut.BEFORE, Cut.AFTER}) {
            Faults faults = new Faults();
            int place = cut.ordinal();
            try (ResultLog log = fixture.open(1, SELDOM, faults)) {
                faults.fail(Operation.CREATE, cut);
                assertThatThrownBy(() -> batch.append(log, place)).isInstanceOf(IOException.class);
                faults.heal();
                batch.append(log, place);
            }
        }
        assertThat(fixture.found(2)).containsExactly(Cut.BEFORE.ordinal(), Cut.AFTER.ordinal());
    }

    @Test
    void failingForceShouldShowAtCheckpointAndNotAtAppend() throws IOException {
        Faults faults = new Faults();
        ResultLog log = fixture.open(1, SELDOM, faults);
        long recorded = log.record();
        faults.fail(Operation.FORCE);
        batch.append(log, 0, 10);
        assertThatThrownBy(log::checkpoint).isInstanceOf(IOException.class);
        assertThat(log.record()).isEqualTo(recorded);
        assertThat(faults.count(Operation.RECORD)).isEqualTo(1);
        faults.heal();
        assertThat(log.checkpoint().totals()).isEqualTo(batch.totals(0, 10));
        assertThat(log.record()).isGreaterThan(recorded);
    }

    @Test
    void failingForceShouldShowAtCloseAndTheNextOwnerShouldFindEveryLine() throws IOException {
        Faults faults = new Faults();
        ResultLog log = fixture.open(1, SELDOM, faults);
        batch.append(log, 0, 10);
        faults.fail(Operation.FORCE);
        assertThatThrownBy(log::close).isInstanceOf(IOException.class);
        log.close();
        assertThatThrownBy(() -> batch.append(log, 10)).isInstanceOf(IllegalStateException.class);
        assertThat(fixture.found(2)).isEqualTo(places(0, 10));
    }

    @Test
    void loopShouldTryAFailedForceAgain() throws IOException {
        Faults faults = new Faults();
        try (ResultLog log = fixture.open(1, OFTEN, faults)) {
            long recorded = log.record();
            faults.fail(Operation.FORCE);
            batch.append(log, 0, 10);
            await().until(() -> faults.count(Operation.FORCE) > 2);
            assertThat(log.record()).isEqualTo(recorded);
            faults.heal();
            await().until(() -> log.record() > recorded);
        }
    }

    @Test
    void loopShouldDoNothingWhenNothingWasAppended() throws IOException {
        Faults faults = new Faults();
        try (ResultLog log = fixture.open(1, OFTEN, faults)) {
            batch.append(log, 0);
            await().until(() -> log.record() == 2);
            await().during(Duration.ofMillis(100))
                    .until(() -> faults.count(Operation.FORCE) == 1 && faults.count(Operation.RECORD) == 2);
        }
        assertThat(faults.count(Operation.RECORD)).isEqualTo(2);
    }

    @Test
    void loopShouldForceOnlySegmentsThatGrew() throws IOException {
        Faults faults = new Faults();
        try (ResultLog log = fixture.open(1, SELDOM, faults)) {
            batch.append(log, 3, 5);
            log.checkpoint();
            assertThat(faults.count(Operation.FORCE)).isEqualTo(2);
            batch.append(log, 5);
            log.checkpoint();
            assertThat(faults.count(Operation.FORCE)).isEqualTo(3);
        }
    }

    @Test
    void appendShouldNotWaitForAForce() throws IOException {
        Party force = new Party(1);
        ResultLog log = fixture.open(1, OFTEN, new StagedLogFiles.Stage() {
            @Override
            public void before(Operation operation) {
                if (operation == Operation.FORCE) {
                    force.attend();
                }
            }
        });
        batch.append(log, 0);
        force.awaitGuests();
        batch.append(log, 1, 20);
        assertThat(log.totals()).isEqualTo(batch.totals(0, 20));
        assertThat(log.record()).isEqualTo(1);
        force.disband();
        log.close();
    }

    @Test
    void closeShouldEndTheLoop() throws Exception {
        ResultLog log = fixture.open(1);
        log.close();
        fixture.loops().shutdown();
        assertThat(fixture.loops().awaitTermination(10, TimeUnit.SECONDS)).isTrue();
    }

    @Test
    void appendForcedEachTimeShouldFailWithItsForceAndSucceedWhenRepeated() throws IOException {
        Faults faults = new Faults();
        try (ResultLog log = fixture.open(1, new ForcePolicy(true, Duration.ofHours(1)), faults)) {
            batch.append(log, 0);
            assertThat(faults.count(Operation.FORCE)).isEqualTo(1);
            faults.fail(Operation.FORCE);
            assertThatThrownBy(() -> batch.append(log, 1)).isInstanceOf(IOException.class);
            assertThatThrownBy(() -> batch.append(log, 1)).isInstanceOf(IOException.class);
            faults.heal();
            batch.append(log, 1);
            assertThatThrownBy(() -> batch.append(log, 1)).isInstanceOf(IllegalStateException.class);
            assertThat(log.totals()).isEqualTo(batch.totals(0, 2));
        }
        assertThat(fixture.found(2)).isEqualTo(places(0, 2));
    }

    @Test
    void appendsForcedEachTimeShouldShareTheirForces() throws Exception {
        Party firstForce = new Party(1);
        Faults faults = new Faults() {
            @Override
            public void before(Operation operation) throws IOException {
                super.before(operation);
                if (operation == Operation.FORCE) {
                    firstForce.attend();
                }
            }
        };
        ResultLog log = fixture.open(1, new ForcePolicy(true, Duration.ofHours(1)), faults);
        try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
            for (int place = 0; place < 60; place++) {
                int mine = place;
                threads.submit(() -> {
                    batch.append(log, mine);
                    return mine;
                });
            }
            firstForce.awaitGuests();
            await().until(() -> log.done().cardinality() == 60);
            firstForce.disband();
        }
        // the first force, and one more for each kind
        assertThat(faults.count(Operation.FORCE)).isLessThanOrEqualTo(4);
        log.close();
        assertThat(fixture.found(2)).isEqualTo(places(0, 60));
    }

    @Test
    void segmentsThatAZombieBeginsAfterTheTakeoverShouldNotCount() throws IOException {
        Faults faults = new Faults();
        ResultLog zombie = fixture.open(1, SELDOM, faults);
        batch.append(zombie, 0, 10);
        ResultLog log = fixture.open(2);
        faults.cut(Cut.HALFWAY);
        assertThatThrownBy(() -> batch.append(zombie, 10)).isInstanceOf(IOException.class);
        faults.heal();
        batch.append(zombie, 10, 20);
        zombie.close();
        assertThat(fixture.segments().stream().filter(segment -> segment.epoch() == 1))
                .hasSize(3);
        batch.append(log, 10, 15);
        assertThat(fixture.found(3)).isEqualTo(places(0, 15));
    }

    @Test
    void interruptedThreadShouldAppendAndNotHarmTheLog() throws IOException {
        try (ResultLog log = fixture.open(1)) {
            Thread.currentThread().interrupt();
            batch.append(log, 0, 10);
            log.checkpoint();
            assertThat(Thread.interrupted()).isTrue();
            batch.append(log, 10, 20);
        }
        assertThat(fixture.found(2)).isEqualTo(places(0, 20));
    }

    @Test
    void openingAgainInOneEpochShouldCloseTheEarlierLog() throws IOException {
        ResultLogs logs = fixture.logs(SELDOM, new Faults());
        ResultLog earlier = logs.open(batch.id(), batch.plan(), 1);
        batch.append(earlier, 0, 10);
        try (ResultLog log = logs.open(batch.id(), batch.plan(), 1)) {
            assertThatThrownBy(() -> batch.append(earlier, 10)).isInstanceOf(IllegalStateException.class);
            batch.append(log, 10, 20);
            earlier.close();
        }
        assertThat(fixture.found(2)).isEqualTo(places(0, 20));
    }

    @Test
    void lineOfAnotherEntryShouldBeRefused() throws IOException {
        try (ResultLog log = fixture.open(1)) {
            assertThatIllegalArgumentException().isThrownBy(() -> log.append(batch.entry(1), batch.result(2)));
            assertThat(log.done().isEmpty()).isTrue();
        }
    }

    @Test
    void deletedBatchShouldNotComeBack() throws IOException {
        ResultLog log = fixture.open(1);
        batch.append(log, 0, 10);
        fixture.store().deleteFolder("batches/" + batch.id());
        assertThatThrownBy(log::checkpoint).isInstanceOf(IOException.class);
        assertThatThrownBy(log::close).isInstanceOf(IOException.class);
        assertThat(fixture.store().list("batches", 10)).isEmpty();
    }

    /** Faults that a test enables and disables, and counts of the operations. */
    private static class Faults implements StagedLogFiles.Stage {
        private final Set<Operation> failing = ConcurrentHashMap.newKeySet();
        private final Map<Operation, AtomicInteger> counts = new EnumMap<>(Operation.class);
        private volatile Cut cut = Cut.BEFORE;

        Faults() {
            EnumSet.allOf(Operation.class).forEach(operation -> counts.put(operation, new AtomicInteger()));
        }

        void fail(Operation operation) {
            fail(operation, Cut.BEFORE);
        }

        void fail(Operation operation, Cut at) {
            cut = at;
            failing.add(operation);
        }

        void cut(Cut at) {
            fail(Operation.WRITE, at);
        }

        void heal() {
            failing.clear();
        }

        int count(Operation operation) {
            return counts.get(operation).get();
        }

        @Override
        public void before(Operation operation) throws IOException {
            counts.get(operation).incrementAndGet();
            failAt(operation, Cut.BEFORE);
        }

        @Override
        public void halfWritten() throws IOException {
            failAt(Operation.WRITE, Cut.HALFWAY);
        }

        @Override
        public void after(Operation operation) throws IOException {
            failAt(operation, Cut.AFTER);
        }

        private void failAt(Operation operation, Cut at) throws IOException {
            if (cut == at && failing.contains(operation)) {
                throw new IOException(operation + " fails, as the test wants it");
            }
        }
    }
}
