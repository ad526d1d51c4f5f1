package io.backfill.results.directory;

import static org.assertj.core.api.Assertions.assertThat;

import io.backfill.files.FileStore;
import io.backfill.files.directory.DirectoryFileStore;
import io.backfill.files.directory.FileForce;
import io.backfill.files.directory.StoreFolder;
import io.backfill.results.Checkpoint;
import io.backfill.results.PlannedBatch;
import io.backfill.results.ResultLog;
import io.backfill.results.ResultLogs;
import io.backfill.results.Segment;
import io.backfill.testing.SeededIds;
import java.io.FileDescriptor;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/** One planned batch in a folder, and logs of its partition with faults that the test selects. */
final class LogFixture implements AutoCloseable {
    /** So long that no background loop acts during a test. */
    static final ForcePolicy SELDOM = new ForcePolicy(false, Duration.ofHours(1));

    /** Forces nothing, because the data of a test need not survive a crash of the machine. */
    static final FileForce NO_FORCE = new FileForce() {
        @Override
        public void file(FileDescriptor file) {}

        @Override
        public void folder(Path folder) {}
    };

    private static final StagedLogFiles.Stage NO_FAULT = new StagedLogFiles.Stage() {};

    private final Path root;
    private final FileStore store;
    private final PlannedBatch batch;
    private final ExecutorService loops = Executors.newVirtualThreadPerTaskExecutor();

    private LogFixture(Path root, FileStore store, PlannedBatch batch) {
        this.root = root;
        this.store = store;
        this.batch = batch;
    }

    /** Plans a batch with this many lines. */
    static LogFixture planned(Path root, int lines) throws IOException {
        FileStore store = new DirectoryFileStore(root, NO_FORCE);
        return new LogFixture(root, store, PlannedBatch.in(store, SeededIds.batch(1), lines));
    }

    /** Returns a fixture for the batch that is already in {@code root}. */
    static LogFixture copied(Path root) throws IOException {
        FileStore store = new DirectoryFileStore(root, NO_FORCE);
        return new LogFixture(root, store, PlannedBatch.stored(store, SeededIds.batch(1)));
    }

    PlannedBatch batch() {
        return batch;
    }

    FileStore store() {
        return store;
    }

    ExecutorService loops() {
        return loops;
    }

    /** Returns the folder of the log. */
    Path folder() {
        return root.resolve(ResultLogs.folder(batch.id(), 0));
    }

    DirectoryResultLogs logs(ForcePolicy policy, StagedLogFiles.Stage stage) {
        StoreFolder folder = new StoreFolder(root, NO_FORCE);
        return new DirectoryResultLogs(
                store, policy, loops, key -> new StagedLogFiles(DirectoryLogFiles.open(folder, key), stage));
    }

    ResultLog open(long epoch) throws IOException {
        return open(epoch, SELDOM, NO_FAULT);
    }

    ResultLog open(long epoch, ForcePolicy policy, StagedLogFiles.Stage stage) throws IOException {
        return logs(policy, stage).open(batch.id(), batch.plan(), epoch);
    }

    /** Opens the log as the next owner, and returns the plan positions that it finds, including duplicates. */
    List<Integer> found(long epoch) throws IOException {
        try (ResultLog log = open(epoch)) {
            Checkpoint checkpoint = log.checkpoint();
            List<Integer> places = batch.placesIn(store, checkpoint);
            assertThat(checkpoint.done().stream().boxed().toList()).isEqualTo(places);
            assertThat(checkpoint.totals().completed() + checkpoint.totals().failed())
                    .isEqualTo(places.size());
            return places;
        }
    }

    List<Segment> segments() throws IOException {
        try (Stream<Path> files = Files.list(folder())) {
            return files.flatMap(file -> Segment.ofName(
                            file.getFileName().toString(), file.toFile().length())
                            .stream())
                    .sorted(Segment.ORDER)
                    .toList();
        }
    }

    static List<Integer> places(int from, int to) {
        return IntStream.range(from, to).boxed().toList();
    }

    @Override
    public void close() {
        loops.shutdownNow();
    }
}
