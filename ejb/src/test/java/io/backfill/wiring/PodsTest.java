package io.backfill.wiring;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.backfill.k8s.KubernetesCluster;
import java.util.EnumMap;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Tests what is rejected before any part of the node is needed or the cluster is queried. */
class PodsTest {
    private static final Map<Setting, String> GOOD = Map.of(
            Setting.OFFLOAD_ENABLED, "true",
            Setting.OFFLOAD_NAMESPACE, "jobs",
            Setting.OFFLOAD_IMAGE, "worker:1",
            Setting.FILES_DIR, "/mnt/files");

    @Test
    void profileLocalShouldHaveNoPods() {
        assertThatThrownBy(() -> pods(Profile.LOCAL, GOOD))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("needs profile single or cluster");
    }

    @ParameterizedTest
    @CsvSource({
        "FILES_DIR, '', backfill.files.dir",
        "OFFLOAD_NAMESPACE, '', backfill.offload.namespace",
        "OFFLOAD_NAMESPACE, Not_A_Name, backfill.offload.namespace",
        "OFFLOAD_IMAGE, '', backfill.offload.image",
        "OFFLOAD_IMAGE, worker:latest, backfill.offload.image",
        "OFFLOAD_GRACE, 1s, backfill.offload.grace",
        "OFFLOAD_LABELS, team, backfill.offload.labels",
        "OFFLOAD_MEMORY_LIMIT, much, backfill.offload.memory-limit",
        "OFFLOAD_POD_TEMPLATE_FILE, /nowhere/template.yaml, /nowhere/template.yaml"
    })
    void whatPodsCannotRunWithShouldBeNamed(Setting setting, String value, String named) {
        Map<Setting, String> settings = new EnumMap<>(GOOD);
        settings.put(setting, value);
        assertThatThrownBy(() -> pods(Profile.SINGLE, settings)).hasMessageContaining(named);
    }

    private static Pods pods(Profile profile, Map<Setting, String> settings) {
        Lazy<KubernetesCluster> never = new Lazy<>(() -> {
            throw new AssertionError("the cluster was asked");
        });
        return Pods.of(profile, Settings.of(settings), never, null);
    }
}
