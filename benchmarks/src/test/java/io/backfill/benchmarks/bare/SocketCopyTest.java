package io.backfill.benchmarks.bare;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SocketCopyTest {
    @TempDir
    private Path folder;

    @Test
    void theCopyShouldHaveEveryByte() throws Exception {
        byte[] bytes = new byte[300_001];
        new Random(3).nextBytes(bytes);
        Path from = Files.write(folder.resolve("from"), bytes);

        SocketCopy.copy(from, folder.resolve("to"));

        assertThat(folder.resolve("to")).hasBinaryContent(bytes);
    }
}
