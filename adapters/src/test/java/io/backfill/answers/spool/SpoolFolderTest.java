package io.backfill.answers.spool;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.backfill.files.directory.FreeSpaceFloor;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SpoolFolderTest {
    @TempDir
    Path folder;

    @Test
    void bytesShouldComeBackFromAnyPositionAndAgain() throws IOException {
        SpoolFolder spools = open(1 << 20);
        try (SpoolFile file = spools.create()) {
            file.write(new byte[] {9, 1, 2, 3, 9}, 1, 3, () -> false);
            file.write(new byte[] {4}, 0, 1, () -> false);
            file.complete();

            for (int i = 0; i < 2; i++) {
                try (InputStream in = file.read(1)) {
                    assertThat(in.readAllBytes()).containsExactly(2, 3, 4);
                }
            }
            assertThat(file.length()).isEqualTo(4);
            assertThat(spools.bytes()).isEqualTo(4);
            assertThat(spools.files()).isEqualTo(1);
        }
        assertThat(spools.bytes()).isZero();
        assertThat(spools.files()).isZero();
        assertThat(folder).isEmptyDirectory();
    }

    @Test
    void aClosedSpoolShouldNotBeRead() throws IOException {
        SpoolFile file = open(1 << 20).create();
        file.close();
        file.close();

        assertThatThrownBy(() -> file.read(0)).isInstanceOf(IOException.class);
    }

    @Test
    void whatAProcessLeftShouldBeSweptAtTheStartAndNothingElse() throws IOException {
        Files.writeString(folder.resolve("17.spool"), "left");
        Files.writeString(folder.resolve("README"), "not ours");

        open(1 << 20);

        assertThat(folder).isDirectoryNotContaining("glob:**.spool").isDirectoryContaining("glob:**README");
    }

    @Test
    void oneAnswerShouldGrowBeyondTheLimitWhileTheOthersWait() throws Exception {
        SpoolFolder spools = open(10);
        SpoolFile oldest = spools.create();
        SpoolFile younger = spools.create();
        younger.write(new byte[6], 0, 6, () -> false);
        oldest.write(new byte[100], 0, 100, () -> false);

        CompletableFuture<Void> waits = write(younger, new AtomicBoolean());
        assertThat(waits).isNotDone();
        oldest.complete();
        oldest.close();

        waits.get(10, TimeUnit.SECONDS);
        assertThat(spools.bytes()).isEqualTo(7);
        younger.close();
        assertThat(spools.bytes()).isZero();
    }

    @Test
    void theWaitForRoomShouldEndWithTheCall() throws IOException {
        SpoolFolder spools = open(10);
        try (SpoolFile oldest = spools.create();
                SpoolFile younger = spools.create()) {
            oldest.write(new byte[10], 0, 10, () -> false);
            AtomicBoolean over = new AtomicBoolean();
            CompletableFuture<Void> waits = write(younger, over);

            over.set(true);

            Awaitility.await().until(waits::isCompletedExceptionally);
        }
        assertThat(spools.bytes()).isZero();
    }

    @Test
    void theReserveOfTheDiskShouldBeLeftAlone() throws IOException {
        SpoolFolder spools = SpoolFolder.open(
                folder, new FreeSpaceFloor(folder, Long.MAX_VALUE), 1 << 20, SpoolPace.unlimited(System::nanoTime));
        try (SpoolFile file = spools.create()) {
            assertThatThrownBy(() -> file.write(new byte[1], 0, 1, () -> true)).isInstanceOf(IOException.class);
        }
        assertThat(spools.bytes()).isZero();
    }

    private SpoolFolder open(long limit) throws IOException {
        return SpoolFolder.open(folder, new FreeSpaceFloor(folder, 0), limit, SpoolPace.unlimited(System::nanoTime));
    }

    private static CompletableFuture<Void> write(SpoolFile file, AtomicBoolean over) {
        CompletableFuture<Void> written = new CompletableFuture<>();
        Thread.ofVirtual().start(() -> {
            try {
                file.write(new byte[1], 0, 1, over::get);
                written.complete(null);
            } catch (IOException e) {
                written.completeExceptionally(e);
            }
        });
        return written;
    }
}
