package io.backfill.k8s;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class OffloadConfigTest {
    private static final String DIGEST = "sha256:0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef";

    @Test
    void defaultsShouldBeThoseThatAreDocumented() {
        OffloadConfig config = OffloadConfig.of("jobs", WorkerConfig.of("r.example/worker:1", Map.of(), ""));

        assertThat(config.instance()).isEqualTo("backfill");
        assertThat(config.retriesPerShard()).isEqualTo(2);
        assertThat(config.ttl()).isEqualTo(Duration.ofHours(1));
        assertThat(config.worker().grace()).isEqualTo(Duration.ofSeconds(60));
        assertThat(config.worker().resources())
                .isEqualTo(new WorkerConfig.Resources("250m", "384Mi", "512Mi", "512Mi"));
        assertThat(ApiConfig.DEFAULT.relist()).isEqualTo(Duration.ofMinutes(2));
        assertThat(TokenReviewConfig.DEFAULT.cacheFor()).isEqualTo(Duration.ofSeconds(60));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"worker:1.2", "r.example:5000/team/worker:v1", "r.example/worker@" + DIGEST, "worker:1@" + DIGEST
            })
    void imageShouldBeOneThatStaysTheSame(String image) {
        assertThat(WorkerConfig.of(image, Map.of(), "").image()).isEqualTo(image);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"", "worker", "worker:latest", "r.example:5000/worker", "worker@sha256:12", "worker:", "a b:1"})
    void imageShouldBeRefusedWhenItMayBeAnotherTomorrow(String image) {
        assertThatThrownBy(() -> WorkerConfig.of(image, Map.of(), "")).hasMessageContaining("backfill.offload.image");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "AWS_SECRET_ACCESS_KEY",
                "AWS_ACCESS_KEY_ID",
                "BACKFILL_SEAL_KEY",
                "DB_PASSWORD",
                "API_TOKEN",
                "some_credentials"
            })
    void secretsShouldBeRefusedAmongTheSettingsOfAWorker(String name) {
        assertThatThrownBy(() -> WorkerConfig.of("worker:1", Map.of(name, "x"), ""))
                .hasMessageContaining(name)
                .hasMessageContaining("backfill.offload.worker-secret");
    }

    @Test
    void valuesThatKubernetesWouldRefuseShouldBeRefusedHereByTheirKey() {
        WorkerConfig worker = WorkerConfig.of("worker:1", Map.of(), "");

        assertThatThrownBy(() -> OffloadConfig.of("Jobs", worker)).hasMessageContaining("backfill.offload.namespace");
        assertThatThrownBy(() -> with(worker, "a_b", 2, Duration.ofHours(1), "", Map.of()))
                .hasMessageContaining("backfill.offload.instance");
        assertThatThrownBy(() -> with(worker, "a", -1, Duration.ofHours(1), "", Map.of()))
                .hasMessageContaining("backfill.offload.retries-per-shard");
        assertThatThrownBy(() -> with(worker, "a", 2, Duration.ofSeconds(1), "", Map.of()))
                .hasMessageContaining("backfill.offload.ttl");
        assertThatThrownBy(() -> with(worker, "a", 2, Duration.ofHours(1), "my queue", Map.of()))
                .hasMessageContaining("backfill.offload.queue-name");
        assertThatThrownBy(() -> with(worker, "a", 2, Duration.ofHours(1), "", Map.of("team", "a b")))
                .hasMessageContaining("backfill.offload.labels");
        assertThatThrownBy(() -> new WorkerConfig.Resources("much", "1Mi", "2Mi", "1Mi"))
                .hasMessageContaining("backfill.offload.cpu-request");
        assertThatThrownBy(() -> new WorkerConfig.Resources("1", "3Mi", "2Mi", "1Mi"))
                .hasMessageContaining("backfill.offload.memory-limit");
        assertThatThrownBy(() -> new WorkerConfig(
                        "worker:1",
                        "Sometimes",
                        List.of(),
                        List.of(),
                        Map.of(),
                        "",
                        WorkerConfig.Resources.DEFAULT,
                        Duration.ofSeconds(60)))
                .hasMessageContaining("backfill.offload.image-pull-policy");
        assertThatThrownBy(() -> new WorkerConfig(
                        "worker:1",
                        "",
                        List.of(),
                        List.of(),
                        Map.of(),
                        "",
                        WorkerConfig.Resources.DEFAULT,
                        Duration.ofSeconds(1)))
                .hasMessageContaining("backfill.offload.grace");
    }

    private static OffloadConfig with(
            WorkerConfig worker, String instance, int retries, Duration ttl, String queue, Map<String, String> labels) {
        return new OffloadConfig("jobs", instance, worker, "", retries, ttl, queue, "", labels, Map.of());
    }
}
