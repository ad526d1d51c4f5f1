package io.backfill.worker;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.backfill.batches.SealedHeaders;
import io.backfill.models.Model;
import io.backfill.offload.ShardManifest;
import io.backfill.tenants.TenantId;
import io.backfill.testing.SeededIds;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PodModelsTest {
    private static final String MODELS = """
            models:
              big: { replicas: [ "http://a:8000", "http://b:8000" ], max-in-flight: 128 }
              small: { replicas: [ "http://c:8000" ], max-in-flight: 2 }
            "*": { replicas: [ "http://router:80" ], max-in-flight: 50 }
            """;

    @TempDir
    Path folder;

    private PodModels models(String text, Map<String, Integer> slots) throws PodFailure {
        return PodModels.read(
                new ShardManifest(
                        SeededIds.batch(1),
                        TenantId.DEFAULT,
                        "/v1/chat/completions",
                        Instant.EPOCH,
                        1,
                        text,
                        slots,
                        SealedHeaders.NONE),
                folder);
    }

    @Test
    void capsShouldBeLoweredToTheSlotsAndNeverRaised() throws Exception {
        PodModels models = models(MODELS, Map.of("big", 8, "small", 8, "routed", 3, "none", 0));
        assertThat(models.find("big").map(Model::maxInFlight)).contains(8);
        assertThat(models.find("small").map(Model::maxInFlight)).contains(2);
        assertThat(models.find("routed").map(Model::maxInFlight)).contains(3);
        assertThat(models.find("none").map(Model::maxInFlight)).contains(1);
        assertThat(models.find("not-listed").map(Model::maxInFlight)).contains(1);
        assertThat(models.listed()).extracting(Model::maxInFlight).containsExactly(8, 2);
        assertThat(models.find("big").orElseThrow().replicas()).hasSize(2);
    }

    @Test
    void modelsFileWithTheDeprecatedKeyShouldBeRead() throws Exception {
        PodModels models = models(MODELS.replace("replicas:", "endpoints:"), Map.of());
        assertThat(models.find("big").orElseThrow().replicas()).hasSize(2);
    }

    @Test
    void nothingShouldBeLeftInTheFolder() throws Exception {
        models(MODELS, Map.of());
        assertThat(catchThrowableOfType(PodFailure.class, () -> models("models: [", Map.of()))
                        .code())
                .isEqualTo(ExitCode.CONFIGURATION);
        assertThat(Files.list(folder)).isEmpty();
    }
}
