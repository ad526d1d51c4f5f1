package io.backfill.results.directory;

import static io.backfill.results.directory.LogFixture.places;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.backfill.results.PlannedBatch;
import io.backfill.results.ResultKind;
import io.backfill.results.ResultLog;
import io.backfill.results.Segment;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Tests how an owner recovers files that earlier owners left in any state. */
class LogRecoveryTest {
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

    @Test
    void halfALastLineShouldNotCountAndNeverBeWrittenOn() throws IOException {
        batch.append(fixture.open(1), 0, 3);
        Path segment = segment(1, 1, ResultKind.OUTPUT);
        int last = batch.result(2).bytes().length;
        truncate(segment, Files.size(segment) - last / 2);
        long torn = Files.size(segment);
        try (ResultLog log = fixture.open(2)) {
            assertThat(log.totals()).isEqualTo(batch.totals(0, 2));
            batch.append(log, 2, 10);
        }
        assertThat(segment).hasSize(torn);
        assertThat(fixture.found(3)).isEqualTo(places(0, 10));
    }

    @Test
    void halfALastLineShouldNotBeWrittenOnByTheSameOwnerEither() throws IOException {
        batch.append(fixture.open(1), 0, 3);
        Path segment = segment(1, 1, ResultKind.OUTPUT);
        truncate(segment, Files.size(segment) - 1);
        try (ResultLog log = fixture.open(1)) {
            batch.append(log, 2, 10);
        }
        assertThat(fixture.found(2)).isEqualTo(places(0, 10));
    }

    @Test
    void lastSegmentShouldCountWhenTheOwnerDiedBeforeItsFirstByte() throws IOException {
        batch.append(fixture.open(1), 0, 3);
        fixture.open(1).close();
        Files.createFile(segment(1, 2, ResultKind.OUTPUT));
        assertThat(fixture.found(2)).isEqualTo(places(0, 3));
    }

    @Test
    void bytesBeyondASettledSegmentShouldNotCount() throws IOException {
        try (ResultLog log = fixture.open(1)) {
            batch.append(log, 0, 3);
        }
        Path settled = segment(1, 1, ResultKind.OUTPUT);
        try (ResultLog log = fixture.open(1)) {
            batch.append(log, 3);
        }
        Files.write(settled, batch.result(5).bytes(), StandardOpenOption.APPEND);
        assertThat(fixture.found(2)).isEqualTo(places(0, 4));
    }

    @Test
    void segmentsWithoutACheckpointOfTheirOwnerShouldNotCount() throws IOException {
        Files.createDirectories(fixture.folder());
        Files.write(segment(4, 1, ResultKind.OUTPUT), batch.result(5).bytes());
        assertThat(fixture.found(5)).isEmpty();
        Files.write(segment(9, 1, ResultKind.OUTPUT), batch.result(6).bytes());
        assertThat(fixture.found(6)).isEmpty();
    }

    @Test
    void otherFilesInTheFolderShouldBeIgnored() throws IOException {
        batch.append(fixture.open(1), 0, 3);
        Files.writeString(fixture.folder().resolve("README"), "x");
        Files.writeString(fixture.folder().resolve("checkpoint-x.json"), "x");
        assertThat(fixture.found(2)).isEqualTo(places(0, 3));
    }

    @Test
    void segmentShorterThanItsCheckpointSaysShouldBeNamed() throws IOException {
        try (ResultLog log = fixture.open(1)) {
            batch.append(log, 0, 3);
        }
        Path segment = segment(1, 1, ResultKind.OUTPUT);
        truncate(segment, Files.size(segment) - 1);
        assertDamaged("segment e000001-s0001.out has");
        Files.delete(segment);
        assertDamaged("segment e000001-s0001.out has 0 bytes");
    }

    @Test
    void lineThatIsTwiceInATailShouldBeNamed() throws IOException {
        batch.append(fixture.open(1), 0, 3);
        Files.write(segment(1, 1, ResultKind.OUTPUT), batch.result(1).bytes(), StandardOpenOption.APPEND);
        assertDamaged("two results of one line");
    }

    @Test
    void lineThatIsInBothTailsShouldBeNamed() throws IOException {
        batch.append(fixture.open(1), 0, 3);
        Files.write(segment(1, 2, ResultKind.ERROR), batch.result(1).bytes());
        assertDamaged("repeats a result of another segment");
    }

    @Test
    void lineThatTheCheckpointHasAlreadyShouldBeNamed() throws IOException {
        try (ResultLog log = fixture.open(1)) {
            batch.append(log, 0, 3);
        }
        Files.write(segment(1, 1, ResultKind.OUTPUT), batch.result(1).bytes(), StandardOpenOption.APPEND);
        assertDamaged("that its checkpoint already covers");
    }

    @Test
    void lineThatIsNotInThePlanShouldBeNamed() throws IOException {
        batch.append(fixture.open(1), 0, 3);
        byte[] line = batch.result(5).bytes();
        // the end of the id is the line's number
        line["{\"id\":\"batch_req_".length() + 28] = 'f';
        Files.write(segment(1, 1, ResultKind.OUTPUT), line, StandardOpenOption.APPEND);
        assertDamaged("not in the plan");
    }

    @Test
    void checkpointThatIsCutOffShouldBeRefused() throws IOException {
        fixture.open(1).close();
        truncate(fixture.folder().resolve("checkpoint-1.json"), 20);
        assertThatThrownBy(() -> fixture.open(2)).isInstanceOf(IOException.class);
        assertThat(fixture.folder().resolve("checkpoint-2.json")).doesNotExist();
    }

    private void assertDamaged(String how) {
        assertThatThrownBy(() -> fixture.open(2))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("the log is damaged")
                .hasMessageContaining(how);
        assertThat(fixture.folder().resolve("checkpoint-2.json")).doesNotExist();
    }

    private Path segment(long epoch, int sequence, ResultKind kind) {
        return fixture.folder().resolve(new Segment(epoch, sequence, kind, 0).name());
    }

    private static void truncate(Path file, long length) throws IOException {
        try (RandomAccessFile open = new RandomAccessFile(file.toFile(), "rw")) {
            open.setLength(length);
        }
    }
}
