package io.backfill.k8s.chart;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class ExamplesTest {
    @Test
    void scaledObjectShouldFitTheChartAndTheCatalog() throws IOException {
        List<Map<String, Object>> documents =
                Yaml.documents(Files.readString(Path.of("examples/keda-scaledobject.yaml")));
        Map<String, Object> scaler = documents.getFirst();

        assertThat(documents)
                .extracting(document -> document.get("kind"))
                .containsExactly("ScaledObject", "TriggerAuthentication");
        assertThat(Yaml.at(scaler, "spec", "scaleTargetRef", "name"))
                .isEqualTo(Chart.render(ValuesFile.DEFAULT)
                        .deployment("processor")
                        .getMetadata()
                        .getName());
        assertThat(Yaml.at(scaler, "spec", "triggers", 0, "authenticationRef", "name"))
                .isEqualTo(Yaml.at(documents.getLast(), "metadata", "name"));
        assertThat(Yaml.at(scaler, "spec", "triggers", 0, "metadata", "query"))
                .asString()
                .contains("FROM backfill.batches", "'VALIDATING'", "'IN_PROGRESS'", "'FINALIZING'", "'CANCELLING'");
    }

    @Test
    void chartShouldLeaveTheNumberOfProcessorsToWhoeverScalesThem() {
        Map<String, Object> values =
                Yaml.merged(ValuesFile.DEFAULT.content(), Yaml.map("processor: { replicas: null }"));

        assertThat(Chart.render(values).deployment("processor").getSpec().getReplicas())
                .isNull();
        assertThat(Chart.render(values).deployment("api").getSpec().getReplicas())
                .isEqualTo(2);
    }

    @Test
    void chartShouldLeaveTheNumberToItsOwnAutoscaler() {
        for (String role : List.of("api", "processor")) {
            Map<String, Object> values = Yaml.merged(
                    ValuesFile.DEFAULT.content(), Yaml.map(role + ": { replicas: 3, autoscaling: { enabled: true } }"));

            assertThat(Chart.render(values).deployment(role).getSpec().getReplicas())
                    .isNull();
        }
    }
}
