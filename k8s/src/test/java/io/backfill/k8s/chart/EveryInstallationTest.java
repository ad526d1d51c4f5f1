package io.backfill.k8s.chart;

import static org.assertj.core.api.Assertions.assertThat;

import com.marcnuri.helm.LintResult;
import io.fabric8.kubernetes.api.model.Container;
import io.fabric8.kubernetes.api.model.EnvVar;
import io.fabric8.kubernetes.api.model.GenericKubernetesResource;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.PodTemplateSpec;
import io.fabric8.kubernetes.api.model.Quantity;
import io.fabric8.kubernetes.api.model.Secret;
import io.fabric8.kubernetes.api.model.apps.Deployment;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Properties that everything must have that the shipped values deploy. */
class EveryInstallationTest {
    private static final Pattern SECRET_NAME =
            Pattern.compile("(?i).*(password|passwd|secret|token|_key|_url|credential).*");
    private static final Pattern PLAIN_BOOLEAN_OF_OLD_YAML =
            Pattern.compile("(?m)[:\\-] +(yes|no|on|off|y|n) *$", Pattern.CASE_INSENSITIVE);

    /** Kinds of other projects, with all fields of their spec that the chart uses. */
    private static final Map<String, Set<String>> FOREIGN_SPECS = Map.of(
            "ServiceMonitor", Set.of("selector", "endpoints"),
            "PodMonitor", Set.of("selector", "podMetricsEndpoints"),
            "PrometheusRule", Set.of("groups"),
            "Route", Set.of("host", "path", "to", "port", "tls", "wildcardPolicy"));

    @ParameterizedTest
    @EnumSource
    void shouldPassHelmsStrictLint(ValuesFile file, @TempDir Path scratch) throws IOException {
        LintResult result = Chart.lint(file.content(), scratch);

        assertThat(result.isFailed()).as("%s", result.getMessages()).isFalse();
        assertThat(result.getMessages()).noneMatch(message -> message.contains("WARNING") || message.contains("ERROR"));
    }

    @ParameterizedTest
    @EnumSource
    void shouldConsistOfObjectsWithoutUnknownFields(ValuesFile file) {
        Rendered rendered = Chart.render(file);

        assertThat(rendered.objects()).hasSizeGreaterThan(5);
        for (HasMetadata object : rendered.objects()) {
            if (object instanceof GenericKubernetesResource foreign) {
                assertThat(FOREIGN_SPECS).containsKey(object.getKind());
                assertThat(FOREIGN_SPECS.get(object.getKind()))
                        .as(Rendered.title(object))
                        .containsAll(
                                Yaml.asMap(foreign.getAdditionalProperties().get("spec"))
                                        .keySet());
            } else {
                assertThat(UnknownFields.in(object)).as(Rendered.title(object)).isEmpty();
            }
        }
        rendered.shardTemplates()
                .forEach(template ->
                        assertThat(UnknownFields.in(template)).as("shard").isEmpty());
    }

    @ParameterizedTest
    @EnumSource
    void shouldNotNameAnythingTwice(ValuesFile file) {
        assertThat(Chart.render(file).titles()).doesNotHaveDuplicates();
    }

    @ParameterizedTest
    @EnumSource
    void shouldBeReadAlikeByOldAndNewYaml(ValuesFile file) {
        assertThat(Chart.text(Chart.RELEASE, file.content())).doesNotContainPattern(PLAIN_BOOLEAN_OF_OLD_YAML);
    }

    @ParameterizedTest
    @EnumSource
    void shouldHaveTheSameLabelsEverywhere(ValuesFile file) {
        for (HasMetadata object : Chart.render(file).objects()) {
            assertThat(object.getMetadata().getLabels())
                    .as(Rendered.title(object))
                    .containsEntry("app.kubernetes.io/instance", Chart.RELEASE)
                    .containsKeys(
                            "app.kubernetes.io/name", "app.kubernetes.io/component", "app.kubernetes.io/managed-by");
        }
    }

    @ParameterizedTest
    @EnumSource
    void shouldRunEveryPodInTheRestrictedProfile(ValuesFile file) {
        Rendered rendered = Chart.render(file);

        assertThat(rendered.pods()).isNotEmpty();
        rendered.pods()
                .forEach((title, pod) -> assertThat(RestrictedProfile.violations(pod.getSpec(), Rendered.isDemo(pod)))
                        .as(title)
                        .isEmpty());
    }

    @ParameterizedTest
    @EnumSource
    void shouldRunFixedImages(ValuesFile file) {
        for (PodTemplateSpec pod : Chart.render(file).pods().values()) {
            for (Container container : containers(pod)) {
                assertThat(container.getImage())
                        .matches("[^@]+:[A-Za-z0-9._-]+|[^:@]+(:[0-9]+/[^:@]+)?@sha256:[0-9a-f]{64}");
                assertThat(container.getImage()).doesNotEndWith(":latest");
                assertThat(container.getImagePullPolicy()).isEqualTo("IfNotPresent");
            }
        }
    }

    @ParameterizedTest
    @EnumSource
    void shouldAskForResourcesAndLimitMemoryOnly(ValuesFile file) {
        Chart.render(file).pods().forEach((title, pod) -> {
            for (Container container : containers(pod)) {
                assertThat(container.getResources().getRequests()).as(title).containsKeys("cpu", "memory");
                assertThat(container.getResources().getLimits())
                        .as(title)
                        .containsKey("memory")
                        .doesNotContainKey("cpu");
                Quantity asked = container.getResources().getRequests().get("memory");
                Quantity most = container.getResources().getLimits().get("memory");
                assertThat(asked.getNumericalAmount()).as(title).isLessThanOrEqualTo(most.getNumericalAmount());
            }
        });
    }

    @ParameterizedTest
    @EnumSource
    void shouldProbeEveryServer(ValuesFile file) {
        for (Deployment deployment : Chart.render(file).all(Deployment.class)) {
            for (Container container :
                    deployment.getSpec().getTemplate().getSpec().getContainers()) {
                assertThat(container.getReadinessProbe())
                        .as(Rendered.title(deployment))
                        .isNotNull();
                assertThat(container.getLivenessProbe())
                        .as(Rendered.title(deployment))
                        .isNotNull();
                if (container.getName().equals("gateway")) {
                    assertThat(container.getStartupProbe().getHttpGet().getPath())
                            .isEqualTo("/health/started");
                    assertThat(container.getLivenessProbe().getHttpGet().getPath())
                            .isEqualTo("/health/live");
                    assertThat(container.getReadinessProbe().getHttpGet().getPath())
                            .isEqualTo("/health/ready");
                }
            }
        }
    }

    @ParameterizedTest
    @EnumSource
    void shouldHaveNoLiteralSecrets(ValuesFile file) {
        Rendered rendered = Chart.render(file);

        rendered.pods().forEach((title, pod) -> {
            for (Container container : containers(pod)) {
                for (EnvVar variable : container.getEnv()) {
                    if (SECRET_NAME.matcher(variable.getName()).matches()) {
                        assertThat(variable.getValue())
                                .as(title + " " + variable.getName())
                                .isNull();
                        assertThat(variable.getValueFrom().getSecretKeyRef())
                                .as(title + " " + variable.getName())
                                .isNotNull();
                    }
                }
            }
        });
        if (file != ValuesFile.DEMO) {
            assertThat(rendered.all(Secret.class)).isEmpty();
        }
    }

    @ParameterizedTest
    @EnumSource
    void shouldReferToWhatIsThereOrAnnounced(ValuesFile file) {
        Rendered rendered = Chart.render(file);

        assertThat(References.missing(rendered)).containsExactlyElementsOf(file.needs());
    }

    @ParameterizedTest
    @EnumSource
    void shouldSelectWhatIsThere(ValuesFile file) {
        assertThat(Selectors.thatSelectNothing(Chart.render(file))).isEmpty();
    }

    @ParameterizedTest
    @EnumSource
    void shouldMountEverythingItDeclaresAndViceVersa(ValuesFile file) {
        Chart.render(file).pods().forEach((title, pod) -> {
            List<String> declared = pod.getSpec().getVolumes().stream()
                    .map(volume -> volume.getName())
                    .toList();
            List<String> mounted = containers(pod).stream()
                    .flatMap(container -> container.getVolumeMounts().stream())
                    .map(mount -> mount.getName())
                    .toList();
            assertThat(mounted).as(title).containsExactlyInAnyOrderElementsOf(declared);
        });
    }

    private static List<Container> containers(PodTemplateSpec pod) {
        return Stream.concat(pod.getSpec().getInitContainers().stream(), pod.getSpec().getContainers().stream())
                .toList();
    }
}
