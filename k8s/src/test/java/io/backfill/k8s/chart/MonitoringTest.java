package io.backfill.k8s.chart;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/** Alerts and dashboard must use metrics that exist, with the labels that they have. */
class MonitoringTest {
    private static final Pattern METRIC = Pattern.compile("backfill_[a-z_]+");

    @Test
    void alertsShouldAskForDocumentedMetricsOfThisReleaseOnly() throws IOException {
        List<Map<String, Object>> rules = rules();

        assertThat(rules).hasSize(9);
        for (Map<String, Object> rule : rules) {
            String expression = (String) rule.get("expr");
            assertThat(documented()).as(expression).containsAll(metrics(expression));
            assertThat(expression)
                    .contains("namespace=\"batch\",pod=~\"backfill-.*\"")
                    .doesNotContain("{ ", " }");
            assertThat(brackets(expression)).as(expression).isZero();
            assertThat(rule.get("for")).asString().matches("[0-9]+m");
            assertThat(Yaml.at(rule, "labels", "severity")).isIn("warning", "critical");
            assertThat(Yaml.at(rule, "annotations", "summary")).asString().isNotBlank();
        }
    }

    @Test
    void monitorsShouldReadMetricsWithTheTokenThatPodsKnow() {
        Rendered rendered = Chart.render(ValuesFile.CLUSTER);
        Map<String, Object> credentials = Map.of("name", "backfill-metrics", "key", "token");

        assertThat(Yaml.at(
                        rendered.document("ServiceMonitor", "backfill"),
                        "spec",
                        "endpoints",
                        0,
                        "authorization",
                        "credentials"))
                .isEqualTo(credentials);
        assertThat(Yaml.at(
                        rendered.document("PodMonitor", "backfill-processor"),
                        "spec",
                        "podMetricsEndpoints",
                        0,
                        "authorization",
                        "credentials"))
                .isEqualTo(credentials);
        assertThat(Yaml.at(rendered.document("ConfigMap", "backfill-settings"), "data", "BACKFILL_METRICS_TOKEN_FILE"))
                .isEqualTo("/etc/backfill/metrics-token/token");
    }

    @Test
    void alertsShouldHaveTheThresholdsOfTheValues() {
        assertThat(rules())
                .filteredOn(rule -> "BackfillSlowCalls".equals(rule.get("alert")))
                .singleElement()
                .satisfies(rule -> assertThat(rule.get("expr")).asString().endsWith("> 300"));
    }

    @Test
    void alertsShouldBeLeftOutOneByOne() {
        Map<String, Object> values = Yaml.merged(
                ValuesFile.CLUSTER.content(),
                Yaml.map("monitoring: { prometheusRule: { rules: { queueDeep: { enabled: false } } } }"));

        assertThat(rules(values)).hasSize(8).noneMatch(rule -> "BackfillQueueDeep".equals(rule.get("alert")));
    }

    @Test
    void deprecatedNameOfAnAlertShouldStillBeRead() {
        Map<String, Object> values = Yaml.merged(
                ValuesFile.CLUSTER.content(),
                Yaml.map("monitoring: { prometheusRule: { rules: { endpointDown: { enabled: false } } } }"));

        assertThat(rules(values)).hasSize(8).noneMatch(rule -> "BackfillReplicaDown".equals(rule.get("alert")));
    }

    @Test
    void dashboardShouldAskForDocumentedMetrics() throws IOException {
        String json = Files.readString(Chart.FOLDER.resolve("dashboards/backfill.json"));

        assertThat(documented()).containsAll(metrics(json.replace("label_values(", "")));
        assertThat(metrics(json)).as("metrics shown").hasSizeGreaterThan(12);
    }

    @Test
    void dashboardShouldArriveAsItWasWritten() throws IOException {
        Map<String, Object> map = Chart.render(ValuesFile.CLUSTER).document("ConfigMap", "backfill-dashboard");

        assertThat(Yaml.at(map, "data", "backfill.json"))
                .asString()
                .isEqualToIgnoringWhitespace(Files.readString(Chart.FOLDER.resolve("dashboards/backfill.json")));
        assertThat(Yaml.at(map, "metadata", "labels", "grafana_dashboard")).isEqualTo("1");
    }

    private static List<Map<String, Object>> rules() {
        return rules(ValuesFile.CLUSTER.content());
    }

    private static List<Map<String, Object>> rules(Map<String, Object> values) {
        Object rules =
                Yaml.at(Chart.render(values).document("PrometheusRule", "backfill"), "spec", "groups", 0, "rules");
        List<Map<String, Object>> all = new ArrayList<>();
        ((List<?>) rules).forEach(rule -> all.add(Yaml.asMap(rule)));
        return all;
    }

    private static int brackets(String expression) {
        return expression
                .chars()
                .map(c -> "({[".indexOf(c) >= 0 ? 1 : ")}]".indexOf(c) >= 0 ? -1 : 0)
                .sum();
    }

    private static Set<String> metrics(String text) {
        return METRIC.matcher(text).results().map(MatchResult::group).collect(Collectors.toCollection(TreeSet::new));
    }

    private static Set<String> documented() throws IOException {
        return metrics(Files.readString(Path.of("../docs/operations.md")));
    }
}
