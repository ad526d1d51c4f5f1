package io.backfill.offload;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.backfill.batches.SealedHeaders;
import io.backfill.tenants.TenantId;
import io.backfill.testing.SeededIds;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.time.Instant;
import java.util.Arrays;
import java.util.Map;
import org.junit.jupiter.api.Test;

class ShardManifestTest {
    private final ShardManifest manifest = new ShardManifest(
            SeededIds.batch(3),
            new TenantId("team-a"),
            "/v1/chat/completions",
            Instant.parse("2026-11-21T12:00:00Z"),
            17,
            "models:\n  \"é\": { replicas: [\"http://x:1\"] }\n",
            Map.of("m", 4, "meta/llama", 1),
            new SealedHeaders("k1", new byte[] {0, -1, 7}));

    @Test
    void itShouldSurviveTheStore() throws IOException {
        assertThat(ShardManifest.read(new ByteArrayInputStream(manifest.toJson())))
                .isEqualTo(manifest);
    }

    @Test
    void oneThatIsCutOffShouldBeRefused() {
        byte[] bytes = manifest.toJson();
        for (int length = 0; length < bytes.length; length++) {
            byte[] cut = Arrays.copyOf(bytes, length);
            assertThatThrownBy(() -> ShardManifest.read(new ByteArrayInputStream(cut)))
                    .isInstanceOf(IOException.class);
        }
    }
}
