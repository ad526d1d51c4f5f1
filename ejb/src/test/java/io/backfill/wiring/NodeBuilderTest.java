package io.backfill.wiring;

import static org.assertj.core.api.Assertions.assertThat;

import io.backfill.testing.RecordedLog;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class NodeBuilderTest {
    @TempDir
    Path folder;

    @Test
    void onlyAModelsFileThatExistsShouldBeReportedAsRejected() throws IOException {
        Path file = folder.resolve("models.yaml");
        try (RecordedLog log = new RecordedLog("io.backfill")) {
            assertThat(NodeBuilder.models(file).problem()).isPresent();
            assertThat(log.messages()).noneMatch(message -> message.contains("BF000121"));

            Files.writeString(file, "m: { replicas: [");
            assertThat(NodeBuilder.models(file).problem()).isPresent();
            assertThat(log.messages()).anyMatch(message -> message.contains("BF000121"));
        }
    }
}
