package io.backfill.benchmarks;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class GcLogTest {
    @TempDir
    private Path folder;

    private Path log;

    @BeforeEach
    void write() throws Exception {
        log = Files.writeString(folder.resolve("gc.log"), """
                Using G1
                GC(0) Pause Full (Diagnostic Command) 412M->385M(1024M) 71.218ms
                GC(1) Pause Young (Normal) (G1 Evacuation Pause) 999M->700M(1024M) 8.1ms
                GC(2) Pause Full (Diagnostic Command) 312M->85M(1024M) 71.218ms
                GC(3) Pause Full (Diagnostic Command) 312M->96M(1024M) 71.218ms
                """);
    }

    @Test
    void onlyFullCollectionsFromTheGivenLineOnShouldCount() throws Exception {
        assertThat(GcLog.mostAliveMib(log, 2)).hasValue(96);
        assertThat(GcLog.mostAliveMib(log, 0)).hasValue(385);
    }

    @Test
    void nothingShouldBeFoundBeyondTheEnd() throws Exception {
        assertThat(GcLog.length(log)).isEqualTo(5);
        assertThat(GcLog.mostAliveMib(log, 5)).isEmpty();
        assertThat(GcLog.mostAliveMib(log, 9)).isEmpty();
    }
}
