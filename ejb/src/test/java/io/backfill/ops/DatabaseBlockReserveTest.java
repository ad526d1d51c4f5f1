package io.backfill.ops;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assumptions.assumeThat;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DatabaseBlockReserveTest {
    private static final int MEGABYTE = 1024 * 1024;

    @TempDir
    private Path folder;

    @Test
    void aFullDiskShouldLeaveRoomForTheDatabaseOnly() throws Exception {
        assumeThat(run("mount", "-t", "tmpfs", "-o", "size=64m", "tmpfs", folder.toString()))
                .as("skipped: only root on Linux can mount a small disk")
                .isTrue();
        try {
            Path database = Files.write(folder.resolve("catalog.mv.db"), new byte[10_000]);
            new DatabaseBlockReserve(List.of(database, folder.resolve("not-there"))).renewOnce();

            assertThat(Files.size(database)).isEqualTo(10_000);
            fill(folder.resolve("neighbour"));
            append(database, MEGABYTE);
            assertThatThrownBy(() -> Files.write(folder.resolve("other"), new byte[MEGABYTE]))
                    .isInstanceOf(IOException.class);
            assertThat(Files.size(database)).isEqualTo(10_000 + MEGABYTE);
        } finally {
            // lazily, because the reserve keeps its descriptor open
            run("umount", "--lazy", folder.toString());
        }
    }

    private static void fill(Path file) throws IOException {
        try (OutputStream out = Files.newOutputStream(file)) {
            byte[] block = new byte[4096];
            while (Files.getFileStore(file).getUsableSpace() > 0) {
                out.write(block);
            }
        }
    }

    private static void append(Path file, int bytes) throws IOException {
        Files.write(file, new byte[bytes], StandardOpenOption.APPEND);
    }

    private static boolean run(String... command) throws Exception {
        return new ProcessBuilder(command).inheritIO().start().waitFor() == 0;
    }
}
