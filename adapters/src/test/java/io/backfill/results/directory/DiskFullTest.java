package io.backfill.results.directory;

import static io.backfill.results.directory.LogFixture.SELDOM;
import static io.backfill.results.directory.LogFixture.places;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assumptions.assumeThat;

import io.backfill.files.BlobPiece;
import io.backfill.files.FileStore;
import io.backfill.files.StorageFullException;
import io.backfill.files.directory.DirectoryFileStore;
import io.backfill.results.PlannedBatch;
import io.backfill.results.ResultLog;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A disk of one megabyte that fills up. Requires permission to mount a file system; otherwise skipped. */
class DiskFullTest {
    @TempDir
    Path folder;

    private Path disk;

    @BeforeEach
    void mount() throws Exception {
        disk = Files.createDirectory(folder.resolve("disk"));
        assumeThat(exitOf("mount", "-t", "tmpfs", "-o", "size=1m", "tmpfs", disk.toString()))
                .as("exit status of mount; without a small disk this cannot be tested")
                .isZero();
    }

    @AfterEach
    void unmount() throws Exception {
        exitOf("umount", "-l", disk.toString());
    }

    @Test
    void putShouldKeepNothingOnAFullDiskAndSucceedWhenThereIsRoom() throws IOException {
        FileStore store = new DirectoryFileStore(disk);
        store.put("files/small", new ByteArrayInputStream(new byte[300_000]), 300_000);
        assertThatThrownBy(() -> store.put("files/large", new ByteArrayInputStream(new byte[2_000_000]), 2_000_000))
                .isInstanceOf(StorageFullException.class);
        List<BlobPiece> fourTimes = List.of(
                new BlobPiece("files/small", 300_000),
                new BlobPiece("files/small", 300_000),
                new BlobPiece("files/small", 300_000));
        assertThatThrownBy(() -> store.concatenate("files/joined", fourTimes)).isInstanceOf(StorageFullException.class);
        assertThat(store.list("files", 10)).containsExactly("files/small");
        // there is room again: no unfinished data takes it
        store.put("files/other", new ByteArrayInputStream(new byte[600_000]), 600_000);
    }

    @Test
    void appendShouldSayThatTheDiskIsFullAndGoOnWhenThereIsRoom() throws IOException {
        try (LogFixture fixture = LogFixture.planned(disk, 6000)) {
            PlannedBatch batch = fixture.batch();
            Path filler = disk.resolve("filler");
            ResultLog log = fixture.open(1, SELDOM, new StagedLogFiles.Stage() {});
            batch.append(log, 0, 100);
            Files.write(filler, new byte[(int) Files.getFileStore(disk).getUsableSpace() - 40_000]);
            int full = appendUntilFull(batch, log, 100);
            // repeating it changes nothing until there is room
            assertThatThrownBy(() -> batch.append(log, full)).isInstanceOf(StorageFullException.class);
            assertThat(log.totals()).isEqualTo(batch.totals(0, full));
            Files.delete(filler);
            batch.append(log, full, full + 50);
            assertThat(log.totals()).isEqualTo(batch.totals(0, full + 50));
            assertThat(fixture.found(2)).isEqualTo(places(0, full + 50));
        }
    }

    private static int appendUntilFull(PlannedBatch batch, ResultLog log, int from) throws IOException {
        for (int place = from; place < batch.size(); place++) {
            try {
                batch.append(log, place);
            } catch (StorageFullException full) {
                return place;
            }
        }
        throw new AssertionError("the disk never filled up");
    }

    private static int exitOf(String... command) throws IOException, InterruptedException {
        Process process = new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                .start();
        return process.waitFor(30, TimeUnit.SECONDS) ? process.exitValue() : -1;
    }
}
