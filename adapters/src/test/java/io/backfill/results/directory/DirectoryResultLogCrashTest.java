package io.backfill.results.directory;

import static io.backfill.results.directory.LogFixture.SELDOM;
import static io.backfill.results.directory.LogFixture.places;
import static org.assertj.core.api.Assertions.assertThat;

import io.backfill.results.PlannedBatch;
import io.backfill.results.ResultLog;
import io.backfill.results.Segment;
import io.backfill.results.directory.StagedLogFiles.Operation;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Runs a scenario with three owners and some failures, and simulates a crash before, during and after every single operation. */
class DirectoryResultLogCrashTest {
    private static final int LINES = 40;

    @TempDir
    Path folder;

    @Test
    void everyAcknowledgedLineShouldBeThereOnceWhereverTheProcessDies() throws IOException {
        Story story = new Story(folder);
        story.run();
        assertThat(story.moments).hasSizeGreaterThan(150);
        for (Moment moment : story.moments) {
            try (LogFixture fixture = LogFixture.copied(moment.root())) {
                List<Integer> found = fixture.found(50);
                assertThat(found).as(moment.what()).doesNotHaveDuplicates().containsAll(moment.acknowledged());
                assertThat(moment.attempted()).as(moment.what()).containsAll(found);
                assertGoesOn(fixture, moment);
            }
        }
    }

    @Test
    void everyCheckpointShouldHoldWhereverTheMachineDies() throws IOException {
        Story story = new Story(folder);
        story.run();
        for (Moment moment : story.moments) {
            try (LogFixture fixture = LogFixture.copied(moment.root())) {
                moment.loseUnforcedBytes(fixture);
                List<Integer> found = fixture.found(50);
                assertThat(found).as(moment.what()).doesNotHaveDuplicates().containsAll(moment.forced());
                assertThat(moment.attempted()).as(moment.what()).containsAll(found);
                assertGoesOn(fixture, moment);
            }
        }
    }

    private static void assertGoesOn(LogFixture fixture, Moment moment) throws IOException {
        PlannedBatch batch = fixture.batch();
        try (ResultLog log = fixture.open(51)) {
            for (int place = log.done().nextClearBit(0);
                    place < LINES;
                    place = log.done().nextClearBit(place)) {
                batch.append(log, place);
            }
            assertThat(log.totals()).as(moment.what()).isEqualTo(batch.totals(0, LINES));
        }
        assertThat(fixture.found(52)).as(moment.what()).isEqualTo(places(0, LINES));
    }

    /**
     * A copy of all data at one moment.
     *
     * @param forced positions that are covered by a returned checkpoint
     * @param forcedBytes bytes of each segment that have been forced to disk
     */
    private record Moment(
            String what,
            Path root,
            Set<Integer> attempted,
            Set<Integer> acknowledged,
            Set<Integer> forced,
            Map<String, Long> forcedBytes) {
        void loseUnforcedBytes(LogFixture fixture) throws IOException {
            if (!Files.isDirectory(fixture.folder())) {
                return;
            }
            for (Segment segment : fixture.segments()) {
                Path file = fixture.folder().resolve(segment.name());
                long bytes = forcedBytes.getOrDefault(segment.name(), 0L);
                if (bytes == 0) {
                    Files.delete(file);
                } else {
                    try (RandomAccessFile open = new RandomAccessFile(file.toFile(), "rw")) {
                        open.setLength(bytes);
                    }
                }
            }
        }
    }

    /** The scenario, with a copy of all data at each of its operations. */
    private static final class Story implements StagedLogFiles.Stage {
        private final List<Moment> moments = new ArrayList<>();
        private final Set<Integer> attempted = new TreeSet<>();
        private final Set<Integer> acknowledged = new TreeSet<>();
        private final Set<Integer> forced = new TreeSet<>();
        private final Map<String, Long> forcedBytes = new HashMap<>();
        private final Path folder;
        private final Path root;
        private final LogFixture fixture;
        private boolean failHalfway;
        private boolean failAfter;

        Story(Path folder) throws IOException {
            this.folder = folder;
            this.root = folder.resolve("story");
            this.fixture = LogFixture.planned(root, LINES);
        }

        void run() throws IOException {
            try (fixture) {
                ResultLog first = open(1);
                append(first, 0, 6);
                checkpoint(first);
                append(first, 6, 8);
                failAfter = true;
                append(first, 8, 10);
                failHalfway = true;
                append(first, 10, 12);
                first.close();
                forced.addAll(acknowledged);
                ResultLog again = open(1);
                failHalfway = true;
                append(again, 12, 15);
                ResultLog second = open(2);
                append(second, 15, 19);
                checkpoint(second);
                failAfter = true;
                append(second, 19, 22);
                ResultLog third = open(3);
                failAfter = true;
                append(third, 22, 26);
                third.close();
            }
        }

        private ResultLog open(long epoch) throws IOException {
            ResultLog log = fixture.open(epoch, SELDOM, this);
            forced.addAll(acknowledged);
            return log;
        }

        private void checkpoint(ResultLog log) throws IOException {
            log.checkpoint();
            forced.addAll(acknowledged);
        }

        /** Appends as the writer does: a line that was not accepted is appended again. */
        private void append(ResultLog log, int from, int to) throws IOException {
            for (int place = from; place < to; place++) {
                attempted.add(place);
                while (!acknowledged.contains(place)) {
                    try {
                        fixture.batch().append(log, place);
                        acknowledged.add(place);
                    } catch (IOException staged) {
                        assertThat(staged).hasMessageContaining("staged");
                    }
                }
            }
        }

        @Override
        public void before(Operation operation) throws IOException {
            copy("before " + operation);
        }

        @Override
        public void halfWritten() throws IOException {
            copy("half written");
            if (failHalfway) {
                failHalfway = false;
                throw new IOException("staged: half a line");
            }
        }

        @Override
        public void after(Operation operation) throws IOException {
            copy("after " + operation);
            if (failAfter && operation == Operation.WRITE) {
                failAfter = false;
                throw new IOException("staged: a whole line");
            }
        }

        @Override
        public void forced(Segment segment, long bytes) {
            forcedBytes.put(segment.name(), bytes);
        }

        private void copy(String what) throws IOException {
            Path target = folder.resolve("moment-" + moments.size());
            try (Stream<Path> all = Files.walk(root)) {
                for (Path path : (Iterable<Path>) all::iterator) {
                    Files.copy(path, target.resolve(root.relativize(path)));
                }
            }
            moments.add(new Moment(
                    "moment " + moments.size() + ", " + what + ", after line " + acknowledged.size(),
                    target,
                    Set.copyOf(attempted),
                    Set.copyOf(acknowledged),
                    Set.copyOf(forced),
                    Map.copyOf(forcedBytes)));
        }
    }
}
