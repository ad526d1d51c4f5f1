package io.backfill.k8s.chart;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.entry;
import static org.assertj.core.api.Assertions.tuple;

import io.backfill.k8s.WorkerConfig;
import io.fabric8.kubernetes.api.model.ConfigMap;
import io.fabric8.kubernetes.api.model.Container;
import io.fabric8.kubernetes.api.model.EnvVar;
import io.fabric8.kubernetes.api.model.Namespace;
import io.fabric8.kubernetes.api.model.PodSpec;
import io.fabric8.kubernetes.api.model.PodTemplateSpec;
import io.fabric8.kubernetes.api.model.Quantity;
import io.fabric8.kubernetes.api.model.Secret;
import io.fabric8.kubernetes.api.model.Service;
import io.fabric8.kubernetes.api.model.ServiceAccount;
import io.fabric8.kubernetes.api.model.Volume;
import io.fabric8.kubernetes.api.model.apps.Deployment;
import io.fabric8.kubernetes.api.model.batch.v1.Job;
import io.fabric8.kubernetes.api.model.gatewayapi.v1.HTTPRoute;
import io.fabric8.kubernetes.api.model.networking.v1.Ingress;
import io.fabric8.kubernetes.api.model.networking.v1.NetworkPolicy;
import io.fabric8.kubernetes.api.model.networking.v1.NetworkPolicyIngressRule;
import io.fabric8.kubernetes.api.model.policy.v1.PodDisruptionBudget;
import io.fabric8.kubernetes.api.model.rbac.ClusterRole;
import io.fabric8.kubernetes.api.model.rbac.PolicyRule;
import io.fabric8.kubernetes.api.model.rbac.PolicyRuleBuilder;
import io.fabric8.kubernetes.api.model.rbac.Role;
import io.fabric8.kubernetes.api.model.rbac.RoleBinding;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The effects of the individual values. */
class InstallationsTest {
    private static final Path ROOT = Path.of("..");

    private static final String OIDC = """
            auth:
              mode: oidc
              oidc:
                issuer: https://login.example.com/realms/ml
                audience: backfill
                tenantClaim: /team/name
                jwksUri: https://login.example.com/keys
            """;

    @Test
    void shouldSplitRolesByDefaultAndKeepThemApart() {
        Rendered rendered = Chart.render(ValuesFile.DEFAULT);

        assertThat(rendered.all(Deployment.class))
                .extracting(deployment -> environment(deployment).get("BACKFILL_ROLE"))
                .containsExactlyInAnyOrder("api", "processor");
        assertThat(rendered.one(Service.class, "backfill").getSpec().getSelector())
                .containsEntry("app.kubernetes.io/component", "api");
    }

    @Test
    void shouldRunMinimallyInOnePodWithOneVolume() {
        Rendered rendered = Chart.render(ValuesFile.MINIMAL);

        Deployment all = rendered.deployment("all");
        assertThat(rendered.all(Deployment.class)).containsExactly(all);
        assertThat(all.getSpec().getStrategy().getType()).isEqualTo("Recreate");
        assertThat(environment(all))
                .containsEntry("BACKFILL_ROLE", "all")
                .doesNotContainKeys("BACKFILL_DB_URL", "BACKFILL_REDIS_URL");
        assertThat(volume(all, "data").getPersistentVolumeClaim().getClaimName())
                .isEqualTo("backfill-files");
        assertThat(rendered.all(PodDisruptionBudget.class)).isEmpty();
    }

    @Test
    void shouldShareAFolderInProfileSingle() {
        Rendered rendered = Chart.render(Yaml.map("profile: single\npersistence: { accessModes: [ReadWriteMany] }"));

        assertThat(volume(rendered.deployment("api"), "files")
                        .getPersistentVolumeClaim()
                        .getClaimName())
                .isEqualTo("backfill-files");
        assertThat(volume(rendered.deployment("processor"), "data").getEmptyDir())
                .isNotNull();
        assertThat(settings(rendered))
                .containsEntry("BACKFILL_FILES_DIR", "/var/lib/backfill-files/store")
                .doesNotContainKey("BACKFILL_S3_BUCKET");
    }

    @Test
    void shouldEndTheOldPodFirstWhereOnlyOneNodeMayWriteTheVolume() {
        String one =
                "profile: single\napi: { enabled: false }\nprocessor: { enabled: false }\nall: { enabled: true }\n";

        assertThat(Chart.render(Yaml.map(one))
                        .deployment("all")
                        .getSpec()
                        .getStrategy()
                        .getType())
                .isEqualTo("Recreate");
        assertThat(Chart.render(Yaml.map(one + "persistence: { accessModes: [ReadWriteMany] }"))
                        .deployment("all")
                        .getSpec()
                        .getStrategy()
                        .getType())
                .isEqualTo("RollingUpdate");
    }

    @Test
    void shouldMakeTheVolumeOfTheFilesWritable() {
        String single = "profile: single\npersistence: { accessModes: [ReadWriteMany]%s }\n%s";

        assertThat(group(single.formatted("", ""))).isEqualTo(10001L);
        assertThat(group(single.formatted(", fsGroup: 7", ""))).isEqualTo(7L);
        assertThat(group(single.formatted(", fsGroup: null", ""))).isNull();
        assertThat(group(single.formatted("", "common: { podSecurityContext: { fsGroup: 8 } }")))
                .isEqualTo(8L);
        assertThat(group("{}")).isNull();
    }

    private static Long group(String values) {
        return Chart.render(Yaml.map(values))
                .deployment("api")
                .getSpec()
                .getTemplate()
                .getSpec()
                .getSecurityContext()
                .getFsGroup();
    }

    @Test
    void shouldTellTheGatewayHowMuchOfItsVolumeCopiesMayTake() {
        assertThat(environment(Chart.render(Yaml.map("processor: { dataSizeLimit: 10Gi }"))
                        .deployment("processor")))
                .containsEntry("BACKFILL_S3_SPOOL_BYTES", String.valueOf(5L << 30));
        assertThat(environment(Chart.render(ValuesFile.DEFAULT).deployment("api")))
                .containsEntry("BACKFILL_S3_SPOOL_BYTES", String.valueOf(2L << 30));
        assertThat(environment(Chart.render(Yaml.map("settings: { backfill.s3.spool-bytes: 7 }"))
                        .deployment("processor")))
                .doesNotContainKey("BACKFILL_S3_SPOOL_BYTES");
        assertThat(environment(Chart.render(ValuesFile.MINIMAL).deployment("all")))
                .doesNotContainKey("BACKFILL_S3_SPOOL_BYTES");
    }

    @Test
    void shouldTellTheJvmsOfTheProxyAndOfTheTrustStore() {
        Rendered rendered = Chart.render(ValuesFile.CLUSTER);
        Container worker =
                rendered.pods().get("shard").getSpec().getContainers().getFirst();
        Map<String, String> shard =
                worker.getEnv().stream().collect(Collectors.toMap(EnvVar::getName, EnvVar::getValue));

        for (String flags : List.of(
                String.valueOf(environment(rendered.deployment("api")).get("BACKFILL_JAVA_OPTS")),
                String.valueOf(environment(rendered.deployment("processor")).get("BACKFILL_JAVA_OPTS")),
                String.valueOf(shard.get("JAVA_TOOL_OPTIONS")))) {
            assertThat(flags.split(" "))
                    .contains(
                            "-Djavax.net.ssl.trustStore=/etc/backfill/trust/truststore.jks",
                            "-Dhttps.proxyHost=proxy.example.com",
                            "-Dhttps.proxyPort=3128",
                            "-Dhttp.nonProxyHosts=localhost|127.*|[::1]|*.svc|*.cluster.local|10.*");
        }
        assertThat(shard)
                .containsEntry("HTTPS_PROXY", "http://proxy.example.com:3128")
                .containsEntry("NO_PROXY", ".svc,.cluster.local,10.0.0.0/8");
        assertThat(worker.getVolumeMounts())
                .anySatisfy(mount -> assertThat(mount.getMountPath()).isEqualTo("/etc/backfill/trust"));
        assertThat(rendered.pods().get("shard").getSpec().getVolumes())
                .anySatisfy(
                        volume -> assertThat(volume.getConfigMap().getName()).isEqualTo("company-trust"));
    }

    @Test
    void shouldPassThePoolerOfTheDatabaseByWhereAnAddressIsNamed() {
        assertThat(environment(Chart.render(ValuesFile.DEFAULT).deployment("api")))
                .doesNotContainKey("BACKFILL_DB_DIRECT_URL");
        assertThat(Chart.render(Yaml.map("database: { directUrlKey: direct }"))
                        .deployment("processor")
                        .getSpec()
                        .getTemplate()
                        .getSpec()
                        .getContainers()
                        .getFirst()
                        .getEnv())
                .filteredOn(variable -> variable.getName().equals("BACKFILL_DB_DIRECT_URL"))
                .singleElement()
                .satisfies(variable -> assertThat(
                                variable.getValueFrom().getSecretKeyRef().getKey())
                        .isEqualTo("direct"));
    }

    @Test
    void shouldAcceptOnlyTokensMadeForTheGateway() {
        assertThat(settings(Chart.render(Yaml.map("auth: { mode: kubernetes }"))))
                .containsEntry("BACKFILL_AUTH_KUBERNETES_AUDIENCE", "backfill");
    }

    @ParameterizedTest
    @EnumSource
    void shouldKillNoPodBeforeItsGraceIsOver(ValuesFile file) {
        for (Deployment deployment : gateways(Chart.render(file))) {
            PodSpec pod = deployment.getSpec().getTemplate().getSpec();
            long sleep = pod.getContainers()
                    .getFirst()
                    .getLifecycle()
                    .getPreStop()
                    .getSleep()
                    .getSeconds();
            long grace = Long.parseLong(
                    environment(deployment).get("BACKFILL_SHUTDOWN_GRACE").replace("s", ""));

            assertThat(grace).isGreaterThanOrEqualTo(30);
            // the server takes up to 5 s more
            assertThat(pod.getTerminationGracePeriodSeconds()).isGreaterThan(sleep + grace + 5);
        }
    }

    @ParameterizedTest
    @EnumSource
    void shouldWriteIntoDataAndTemporaryFilesOnly(ValuesFile file) {
        for (Deployment deployment : gateways(Chart.render(file))) {
            Set<String> written =
                    deployment.getSpec().getTemplate().getSpec().getContainers().getFirst().getVolumeMounts().stream()
                            .filter(mount -> !Boolean.TRUE.equals(mount.getReadOnly()))
                            .map(mount -> mount.getMountPath())
                            .collect(Collectors.toSet());

            assertThat(written).containsExactlyInAnyOrder("/var/lib/backfill", "/tmp");
            assertThat(environment(deployment)).containsEntry("BACKFILL_DATA_DIR", "/var/lib/backfill");
            assertThat(volume(deployment, "tmp").getEmptyDir().getSizeLimit()).isNotNull();
        }
    }

    @ParameterizedTest
    @EnumSource
    void shouldSetOnlySettingsThatTheGatewayKnows(ValuesFile file) throws IOException {
        Set<String> known = documentedVariables();
        for (Deployment deployment : gateways(Chart.render(file))) {
            Set<String> set = new TreeSet<>(environment(deployment).keySet());
            set.addAll(settings(Chart.render(file)).keySet());
            set.removeIf(name -> !name.startsWith("BACKFILL_"));

            assertThat(set).isNotEmpty().allSatisfy(name -> assertThat(known).contains(name));
        }
    }

    @Test
    void shouldSettleSettingsByKeyWithoutExponents() {
        assertThat(settings(Chart.render(ValuesFile.CLUSTER)))
                .contains(
                        entry("BACKFILL_BATCHES_MAX_LINES", "1000000"),
                        entry("BACKFILL_BATCHES_MAX_INPUT_BYTES", "2147483648"),
                        entry("BACKFILL_TENANTS_WEIGHTS", "alice=3,bob=1"),
                        entry("BACKFILL_HEADERS_PASS_THROUGH", "Authorization,X-Team"));
    }

    @Test
    void shouldRestartPodsForSettingsButNotForModels() {
        String before = checksum(Yaml.map("{}"));

        assertThat(checksum(Yaml.map("settings: { backfill.batches.max-lines: 7 }")))
                .isNotEqualTo(before);
        assertThat(checksum(Yaml.map("models: { config: { models: { a: { replicas: [\"http://a\"] } } } }")))
                .isEqualTo(before);
    }

    @Test
    void shouldRestartForOffloadOnlyWhoeverMakesJobs() {
        Rendered before = Chart.render(ValuesFile.CLUSTER);

        for (String offload : List.of("minLines: 7", "worker: { nodeSelector: { pool: other } }")) {
            Rendered after =
                    Chart.render(Yaml.merged(ValuesFile.CLUSTER.content(), Yaml.map("offload: { " + offload + " }")));

            assertThat(after.deployment("api")).isEqualTo(before.deployment("api"));
            assertThat(after.deployment("processor").getSpec().getTemplate())
                    .isNotEqualTo(before.deployment("processor").getSpec().getTemplate());
        }
    }

    @Test
    void shouldGiveATokenOnlyToWhoeverMakesJobs() {
        Rendered without = Chart.render(ValuesFile.DEFAULT);
        Rendered with = Chart.render(ValuesFile.CLUSTER);

        assertThat(gateways(without)).noneMatch(InstallationsTest::hasToken);
        assertThat(with.deployment("processor")).matches(InstallationsTest::hasToken);
        assertThat(with.deployment("api")).matches(deployment -> !hasToken(deployment));
        assertThat(with.all(ServiceAccount.class))
                .allMatch(account -> Boolean.FALSE.equals(account.getAutomountServiceAccountToken()));
        assertThat(with.pods().get("shard").getSpec().getAutomountServiceAccountToken())
                .isFalse();
        assertThat(with.pods().get("shard").getSpec().getServiceAccountName()).isNull();
    }

    @ParameterizedTest
    @EnumSource(names = {"DEMO", "OPENSHIFT", "CLUSTER"})
    void shouldGrantJustTheRightsThatWereFoundSufficient(ValuesFile file) {
        Rendered rendered = Chart.render(file);
        Role role = rendered.one(Role.class, "backfill-offload");
        RoleBinding binding = rendered.one(RoleBinding.class, "backfill-offload");

        assertThat(role.getMetadata().getNamespace())
                .isNotEqualTo(Chart.NAMESPACE)
                .isEqualTo(binding.getMetadata().getNamespace());
        assertThat(role.getRules())
                .containsExactly(
                        rule("batch", "jobs", "create", "get", "list", "watch", "delete"),
                        rule("", "pods", "list"),
                        rule("", "events", "list"));
        assertThat(binding.getRoleRef().getName()).isEqualTo("backfill-offload");
        assertThat(binding.getSubjects()).singleElement().satisfies(subject -> {
            assertThat(subject.getName()).isEqualTo("backfill-processor");
            assertThat(subject.getNamespace()).isEqualTo(Chart.NAMESPACE);
        });
        assertThat(rendered.all(Role.class))
                .filteredOn(other -> !other.getMetadata().getName().equals("backfill-uninstall"))
                .containsExactly(role);
    }

    @ParameterizedTest
    @EnumSource(names = {"DEMO", "OPENSHIFT", "CLUSTER"})
    void shouldDeleteItsJobsBeforeAnUninstallAfterWhoeverMakesThem(ValuesFile file) {
        Rendered rendered = Chart.render(file);
        String jobs = rendered.one(Role.class, "backfill-offload").getMetadata().getNamespace();
        Job hook = rendered.one(Job.class, "backfill-uninstall");
        Container container =
                hook.getSpec().getTemplate().getSpec().getContainers().getFirst();

        assertThat(container.getImage())
                .isEqualTo(rendered.pods()
                        .get("shard")
                        .getSpec()
                        .getContainers()
                        .getFirst()
                        .getImage());
        assertThat(container.getCommand()).endsWith("io.backfill.worker.UninstallMain");
        assertThat(container.getArgs())
                .containsExactly(
                        "/apis/apps/v1/namespaces/batch/deployments/backfill-processor",
                        "/apis/batch/v1/namespaces/" + jobs
                                + "/jobs?labelSelector=app.kubernetes.io/managed-by=backfill,"
                                + "backfill.io/gateway-instance=backfill");
        assertThat(rendered.all(Role.class))
                .filteredOn(role -> role.getMetadata().getName().equals("backfill-uninstall"))
                .extracting(role -> role.getMetadata().getNamespace(), Role::getRules)
                .containsExactlyInAnyOrder(
                        tuple(
                                Chart.NAMESPACE,
                                List.of(new PolicyRuleBuilder(rule("apps", "deployments", "get", "delete"))
                                        .withResourceNames("backfill-processor")
                                        .build())),
                        tuple(jobs, List.of(rule("batch", "jobs", "list", "deletecollection"))));
        assertThat(rendered.all(RoleBinding.class))
                .filteredOn(binding -> binding.getMetadata().getName().equals("backfill-uninstall"))
                .hasSize(2)
                .allSatisfy(binding -> assertThat(binding.getSubjects())
                        .singleElement()
                        .satisfies(subject -> assertThat(subject.getName() + " in " + subject.getNamespace())
                                .isEqualTo("backfill-uninstall in " + Chart.NAMESPACE)));
        assertThat(portsTo(rendered, "backfill-uninstall")).contains(443, 6443);
    }

    @Test
    void shouldMakeEveryObjectOfTheUninstallAHook() throws IOException {
        String helpers = Files.readString(Chart.FOLDER.resolve("templates/_helpers.tpl"));
        Rendered rendered = Chart.render(ValuesFile.CLUSTER);

        assertThat(helpers)
                .contains(
                        "helm.sh/hook: pre-delete\n",
                        "helm.sh/hook-delete-policy: before-hook-creation,hook-succeeded\n");
        assertThat(rendered.objects())
                .filteredOn(object -> object.getMetadata().getName().equals("backfill-uninstall"))
                .filteredOn(object -> !(object instanceof NetworkPolicy))
                .hasSize(6)
                .allSatisfy(object ->
                        assertThat(object.getMetadata().getAnnotations()).containsEntry("was", "pre-delete"));
        assertThat(Chart.render(Yaml.merged(
                                ValuesFile.CLUSTER.content(), Yaml.map("offload: { rbac: { create: false } }")))
                        .titles())
                .noneMatch(title -> title.contains("uninstall"));
    }

    @Test
    void shouldAskTheWholeClusterOnlyWhoseATokenIs() {
        Rendered rendered = Chart.render(ValuesFile.OPENSHIFT);

        assertThat(rendered.all(ClusterRole.class))
                .singleElement()
                .satisfies(role -> assertThat(role.getRules())
                        .containsExactly(rule("authentication.k8s.io", "tokenreviews", "create")));
        assertThat(rendered.deployment("api")).matches(InstallationsTest::hasToken);
        assertThat(Chart.render(ValuesFile.CLUSTER).all(ClusterRole.class)).isEmpty();
    }

    @Test
    void shouldTellTheProcessorAloneHowToOffload() {
        Rendered rendered = Chart.render(ValuesFile.CLUSTER);

        Map<String, String> offload =
                rendered.one(ConfigMap.class, "backfill-offload").getData();
        assertThat(offload)
                .contains(
                        entry("BACKFILL_OFFLOAD_ENABLED", "true"),
                        entry("BACKFILL_OFFLOAD_NAMESPACE", "inference-jobs"),
                        entry("BACKFILL_OFFLOAD_INSTANCE", "backfill"),
                        entry("BACKFILL_OFFLOAD_IMAGE", "registry.example.com/platform/backfill-worker:0.1.0"),
                        entry("BACKFILL_OFFLOAD_MIN_LINES", "20000"),
                        entry("BACKFILL_OFFLOAD_MAX_CAP_SHARE", "0.5"),
                        entry("BACKFILL_OFFLOAD_ON_REFUSAL", "wait"),
                        entry("BACKFILL_OFFLOAD_QUEUE_NAME", "batch"),
                        entry("BACKFILL_OFFLOAD_QUEUE_PRIORITY", "low"),
                        entry("BACKFILL_OFFLOAD_WORKER_SECRET", "backfill-worker"),
                        entry("BACKFILL_OFFLOAD_POD_TEMPLATE_FILE", "/etc/backfill/pod-template/pod-template.yaml"),
                        entry("BACKFILL_OFFLOAD_GRACE", "90s"));
        assertThat(configMaps(rendered.deployment("processor"))).contains("backfill-offload");
        assertThat(configMaps(rendered.deployment("api"))).doesNotContain("backfill-offload");
    }

    @ParameterizedTest
    @EnumSource(names = {"DEMO", "OPENSHIFT", "CLUSTER"})
    void shouldOffloadWithSettingsThatTheGatewayHas(ValuesFile file) throws IOException {
        assertThat(settingsOfTheGateway())
                .containsAll(Chart.render(file)
                        .one(ConfigMap.class, "backfill-offload")
                        .getData()
                        .keySet());
    }

    @Test
    void shouldTraceEverywhereOnceACollectorIsNamed() throws IOException {
        Rendered rendered = Chart.render(ValuesFile.CLUSTER);

        assertThat(settings(rendered))
                .contains(
                        entry("BACKFILL_TRACING_ENDPOINT", "http://collector.observability:4318"),
                        entry("BACKFILL_TRACING_SAMPLE", "0.1"),
                        entry("BACKFILL_TRACING_CALLS_PER_SECOND", "5"),
                        entry("BACKFILL_TRACING_HEADERS_FILE", "/etc/backfill/tracing/headers"));
        assertThat(settingsOfTheGateway()).containsAll(settings(rendered).keySet());
        assertThat(gateways(rendered))
                .hasSize(2)
                .allSatisfy(gateway -> assertThat(
                                gateway.getSpec().getTemplate().getSpec().getVolumes())
                        .anyMatch(volume -> volume.getName().equals("tracing-headers")
                                && volume.getSecret().getSecretName().equals("collector-headers")));
        for (String policy : List.of("backfill-api", "backfill-processor", "backfill-shard-worker")) {
            assertThat(portsTo(rendered, policy)).as(policy).contains(4318);
        }
        Rendered untraced = Chart.render(ValuesFile.DEFAULT);
        assertThat(portsTo(untraced, "backfill-processor")).doesNotContain(4318);
        assertThat(settings(untraced).keySet()).noneMatch(variable -> variable.startsWith("BACKFILL_TRACING"));
    }

    @Test
    void shouldKnowTenantsByTokensOfAnIssuer() throws IOException {
        Rendered rendered = Chart.render(Yaml.map(OIDC));

        assertThat(settings(rendered))
                .contains(
                        entry("BACKFILL_AUTH_MODE", "oidc"),
                        entry("BACKFILL_AUTH_OIDC_ISSUER", "https://login.example.com/realms/ml"),
                        entry("BACKFILL_AUTH_OIDC_AUDIENCE", "backfill"),
                        entry("BACKFILL_AUTH_OIDC_TENANT_CLAIM", "/team/name"),
                        entry("BACKFILL_AUTH_OIDC_JWKS_URI", "https://login.example.com/keys"));
        assertThat(settingsOfTheGateway()).containsAll(settings(rendered).keySet());
        assertThat(gateways(rendered)).noneMatch(InstallationsTest::hasToken);
    }

    @Test
    void shouldLetOnlyWhoeverAnswersReachTheIssuer() {
        Rendered rendered = Chart.render(Yaml.map(OIDC + "\nnetworkPolicy: { egress: { issuer: { ports: [8443] } } }"));

        assertThat(portsTo(rendered, "backfill-api")).contains(8443);
        assertThat(portsTo(rendered, "backfill-processor")).doesNotContain(8443);
        assertThat(portsTo(
                        Chart.render(Yaml.map("networkPolicy: { egress: { issuer: { ports: [8443] } } }")),
                        "backfill-api"))
                .doesNotContain(8443);
    }

    @Test
    void shouldKnowTenantsByServiceAccountsWithTheGatewaysSettings() throws IOException {
        Rendered rendered = Chart.render(ValuesFile.OPENSHIFT);

        assertThat(settings(rendered))
                .contains(
                        entry("BACKFILL_AUTH_MODE", "kubernetes"),
                        entry("BACKFILL_AUTH_KUBERNETES_TENANT", "service-account"),
                        entry("BACKFILL_AUTH_KUBERNETES_AUDIENCE", "backfill"));
        assertThat(settingsOfTheGateway()).containsAll(settings(rendered).keySet());
    }

    @Test
    void shouldMergeTheOperatorsPodTemplateOverItsOwn() {
        PodTemplateSpec shard = Chart.render(ValuesFile.CLUSTER).pods().get("shard");

        assertThat(shard.getSpec().getRestartPolicy()).isEqualTo("Never");
        assertThat(shard.getSpec().getHostAliases())
                .singleElement()
                .satisfies(alias -> assertThat(alias.getIp()).isEqualTo("10.1.2.3"));
        assertThat(shard.getSpec().getNodeSelector()).containsEntry("pool", "spot");
        assertThat(shard.getSpec().getTolerations()).hasSize(1);
        assertThat(shard.getSpec().getContainers()).singleElement().satisfies(worker -> {
            assertThat(worker.getName()).isEqualTo("worker");
            assertThat(worker.getTerminationMessagePolicy()).isEqualTo("FallbackToLogsOnError");
            assertThat(worker.getResources().getLimits())
                    .containsEntry("memory", new Quantity(WorkerConfig.Resources.DEFAULT.memoryLimit()));
        });
        assertThat(shard.getMetadata().getLabels())
                .containsEntry("cost-center", "batch")
                .containsEntry("team", "inference-platform");
    }

    @Test
    void shouldLetOnlyV1In() {
        HTTPRoute route = Chart.render(ValuesFile.CLUSTER).one(HTTPRoute.class, "backfill");
        Ingress ingress = Chart.render(Yaml.map("ingress: { enabled: true, hosts: [batch.example.com] }"))
                .one(Ingress.class, "backfill");
        Map<String, Object> openshift = Chart.render(ValuesFile.OPENSHIFT).document("Route", "backfill");

        assertThat(route.getSpec().getRules()).singleElement().satisfies(rule -> {
            assertThat(rule.getMatches())
                    .singleElement()
                    .satisfies(match -> assertThat(match.getPath().getValue()).isEqualTo("/v1"));
            assertThat(rule.getBackendRefs())
                    .singleElement()
                    .satisfies(backend -> assertThat(backend.getPort()).isEqualTo(8080));
        });
        assertThat(ingress.getSpec().getRules())
                .singleElement()
                .satisfies(rule -> assertThat(rule.getHttp().getPaths())
                        .singleElement()
                        .satisfies(path -> assertThat(path.getPath()).isEqualTo("/v1")));
        assertThat(Yaml.at(openshift, "spec", "path")).isEqualTo("/v1");
    }

    @ParameterizedTest
    @EnumSource
    void shouldOpenTheManagementPortToMonitoringOnly(ValuesFile file) {
        Rendered rendered = Chart.render(file);
        NetworkPolicy deny = rendered.one(NetworkPolicy.class, "backfill-default-deny");
        List<NetworkPolicyIngressRule> open = rendered.all(NetworkPolicy.class).stream()
                .flatMap(policy -> policy.getSpec().getIngress().stream())
                .filter(rule -> rule.getPorts().isEmpty()
                        || rule.getPorts().stream()
                                .anyMatch(port -> Integer.valueOf(9990)
                                        .equals(port.getPort().getIntVal())))
                .toList();

        assertThat(deny.getSpec().getPolicyTypes()).containsExactly("Ingress", "Egress");
        assertThat(deny.getSpec().getIngress()).isEmpty();
        assertThat(deny.getSpec().getEgress()).isEmpty();
        assertThat(open)
                .isNotEmpty()
                .allSatisfy(rule -> assertThat(rule.getFrom())
                        .isNotEmpty()
                        .allSatisfy(peer -> assertThat(peer.getNamespaceSelector()
                                        .getMatchLabels()
                                        .get("kubernetes.io/metadata.name"))
                                .contains("monitoring")));
    }

    @ParameterizedTest
    @EnumSource
    void shouldNumberThePortsOfNetworkPolicies(ValuesFile file) {
        Rendered rendered = Chart.render(file);
        Set<Integer> listening = gateways(rendered).stream()
                .flatMap(deployment ->
                        deployment.getSpec().getTemplate().getSpec().getContainers().getFirst().getPorts().stream())
                .map(port -> port.getContainerPort())
                .collect(Collectors.toSet());

        for (NetworkPolicy policy : rendered.all(NetworkPolicy.class)) {
            assertThat(policy.getSpec().getIngress())
                    .flatExtracting(rule -> rule.getPorts())
                    .allSatisfy(port ->
                            assertThat(listening).contains(port.getPort().getIntVal()));
            assertThat(policy.getSpec().getEgress())
                    .flatExtracting(rule -> rule.getPorts())
                    .allSatisfy(port -> assertThat(port.getPort().getIntVal()).isNotNull());
        }
    }

    @Test
    void shouldOpenNothingToTheShardsAndLittleFromThem() {
        NetworkPolicy shards = Chart.render(ValuesFile.CLUSTER).one(NetworkPolicy.class, "backfill-shard-worker");

        assertThat(shards.getMetadata().getNamespace()).isEqualTo("inference-jobs");
        assertThat(shards.getSpec().getPolicyTypes()).containsExactly("Ingress", "Egress");
        assertThat(shards.getSpec().getIngress()).isEmpty();
        assertThat(shards.getSpec().getEgress())
                .flatExtracting(rule -> rule.getPorts())
                .extracting(port -> port.getPort().getIntVal())
                .doesNotContain(5432, 6379, 6443);
    }

    @Test
    void shouldMakeDemoSecretsAnewAndMatchThemUp() {
        Rendered one = Chart.render(ValuesFile.DEMO);
        Rendered other = Chart.render(ValuesFile.DEMO);

        String s3 = one.one(Secret.class, "backfill-demo-s3").getStringData().get("secret-access-key");
        Secret worker = one.one(Secret.class, "backfill-demo-worker");
        assertThat(s3)
                .hasSize(40)
                .isNotEqualTo(other.one(Secret.class, "backfill-demo-s3")
                        .getStringData()
                        .get("secret-access-key"));
        assertThat(worker.getMetadata().getNamespace()).isEqualTo("batch-jobs");
        assertThat(worker.getStringData()).containsEntry("AWS_SECRET_ACCESS_KEY", s3);
        assertThat(one.one(Secret.class, "backfill-demo-redis").getStringData().get("url"))
                .contains(one.one(Secret.class, "backfill-demo-redis")
                        .getStringData()
                        .get("password"));
        assertThat(one.one(Secret.class, "backfill-demo-header-key")
                        .getStringData()
                        .get("headers.key"))
                .matches("demo:[A-Za-z0-9+/]{43}=");
        assertThat(one.one(Namespace.class, "batch-jobs").getMetadata().getLabels())
                .containsEntry("pod-security.kubernetes.io/enforce", "restricted");
    }

    @Test
    void shouldRunTheImagesOfPodmanWithTheFlagsOfTheReadme() throws IOException {
        List<String> keys = Pattern.compile("--set ([a-zA-Z.]+)=localhost")
                .matcher(Files.readString(Path.of("README.md")))
                .results()
                .map(match -> match.group(1))
                .toList();
        Map<String, Object> values = ValuesFile.DEMO.content();
        for (String key : keys) {
            String[] steps = key.split("\\.");
            Object value = "localhost";
            for (int i = steps.length - 1; i >= 0; i--) {
                value = Map.of(steps[i], value);
            }
            values = Yaml.merged(values, Yaml.asMap(value));
        }

        assertThat(Chart.render(values).pods().values())
                .flatExtracting(pod -> pod.getSpec().getContainers())
                .extracting(container -> container.getImage())
                .contains("localhost/backfill:0.1.0", "localhost/backfill-worker:0.1.0")
                .contains("localhost/backfill-simulator:0.1.0")
                .noneMatch(image -> image.startsWith("backfill"));
    }

    @Test
    void shouldPointTheDemoAtItsStandIns() {
        Rendered rendered = Chart.render(ValuesFile.DEMO);
        Set<String> services = rendered.all(Service.class).stream()
                .map(service -> service.getMetadata().getName())
                .collect(Collectors.toSet());
        String models =
                rendered.one(ConfigMap.class, "backfill-models").getData().get("models.yaml");
        List<String> hosts = List.of(
                (String) Yaml.at(Yaml.map(models), "models", "tiny-sim", "replicas", 0),
                settings(rendered).get("BACKFILL_S3_ENDPOINT"));

        assertThat(hosts).allSatisfy(host -> {
            MatchResult parts = Pattern.compile("http://([a-z0-9-]+)\\.batch\\.svc:9000")
                    .matcher(host)
                    .results()
                    .findFirst()
                    .orElseThrow();
            assertThat(services).contains(parts.group(1));
        });
    }

    @ParameterizedTest
    @ValueSource(strings = {"backfill", "prod", "a-release-name-as-long-as-helm-lets-one-be-53-chars--"})
    void shouldNameEverythingWithinTheLimits(String release) {
        String name = release.endsWith("-") ? release.substring(0, release.length() - 2) : release;
        Rendered rendered = Rendered.of(Chart.text(name, ValuesFile.CLUSTER.content()));

        assertThat(rendered.objects())
                .allSatisfy(object -> assertThat(object.getMetadata().getName()).hasSizeLessThanOrEqualTo(63));
        assertThat(rendered.all(Deployment.class))
                .allSatisfy(deployment ->
                        // the names of pods add a hash of ten characters and a suffix of five
                        assertThat(deployment.getMetadata().getName()).hasSizeLessThanOrEqualTo(63 - 17));
    }

    @Test
    void helmTestShouldAskTheServiceFromTheGatewaysOwnImage() throws IOException {
        Rendered rendered = Chart.render(ValuesFile.DEFAULT);
        Container ask = rendered.pods()
                .get("Pod/backfill-test-connection")
                .getSpec()
                .getContainers()
                .getFirst();

        assertThat(ask.getImage()).isEqualTo(image(rendered.deployment("api")));
        assertThat(ask.getEnv()).extracting(EnvVar::getValue).containsExactly("backfill", "8080");
        assertThat(Files.readString(Chart.FOLDER.resolve("templates/tests/test-connection.yaml")))
                .contains("helm.sh/hook: test\n", "helm.sh/hook-delete-policy: before-hook-creation\n");
    }

    @Test
    void shouldCarryTheVersionOfTheProject() throws IOException {
        Map<String, Object> chart = Yaml.map(Files.readString(Chart.FOLDER.resolve("Chart.yaml")));
        String version = Pattern.compile("<version>([^<]+?)(-SNAPSHOT)?</version>")
                .matcher(Files.readString(ROOT.resolve("pom.xml")))
                .results()
                .findFirst()
                .orElseThrow()
                .group(1);

        assertThat(chart.get("appVersion")).isEqualTo(version);
        assertThat(chart.get("version")).isEqualTo(version);
    }

    private static String checksum(Map<String, Object> values) {
        return Chart.render(values)
                .deployment("api")
                .getSpec()
                .getTemplate()
                .getMetadata()
                .getAnnotations()
                .get("checksum/settings");
    }

    private static PolicyRule rule(String group, String resource, String... verbs) {
        return new PolicyRuleBuilder()
                .withApiGroups(group)
                .withResources(resource)
                .withVerbs(verbs)
                .build();
    }

    private static List<Deployment> gateways(Rendered rendered) {
        return rendered.all(Deployment.class).stream()
                .filter(deployment -> !Rendered.isDemo(deployment.getSpec().getTemplate()))
                .toList();
    }

    private static String image(Deployment deployment) {
        return deployment
                .getSpec()
                .getTemplate()
                .getSpec()
                .getContainers()
                .getFirst()
                .getImage();
    }

    private static List<Integer> portsTo(Rendered rendered, String policy) {
        return rendered.one(NetworkPolicy.class, policy).getSpec().getEgress().stream()
                .flatMap(rule -> rule.getPorts().stream())
                .map(port -> port.getPort().getIntVal())
                .toList();
    }

    private static boolean hasToken(Deployment deployment) {
        return deployment.getSpec().getTemplate().getSpec().getAutomountServiceAccountToken();
    }

    private static Map<String, String> settings(Rendered rendered) {
        return rendered.one(ConfigMap.class, "backfill-settings").getData();
    }

    private static Map<String, String> environment(Deployment deployment) {
        Container gateway =
                deployment.getSpec().getTemplate().getSpec().getContainers().getFirst();
        return gateway.getEnv().stream()
                .collect(Collectors.toMap(EnvVar::getName, variable -> String.valueOf(variable.getValue())));
    }

    private static List<String> configMaps(Deployment deployment) {
        return deployment.getSpec().getTemplate().getSpec().getContainers().getFirst().getEnvFrom().stream()
                .map(source -> source.getConfigMapRef().getName())
                .toList();
    }

    private static Volume volume(Deployment deployment, String name) {
        return deployment.getSpec().getTemplate().getSpec().getVolumes().stream()
                .filter(volume -> volume.getName().equals(name))
                .findFirst()
                .orElseThrow();
    }

    /** Returns the variables in docs/configuration.md. */
    private static Set<String> documentedVariables() throws IOException {
        return Pattern.compile("BACKFILL_[A-Z0-9_]+")
                .matcher(Files.readString(ROOT.resolve("docs/configuration.md")))
                .results()
                .map(MatchResult::group)
                .collect(Collectors.toCollection(TreeSet::new));
    }

    /** Returns the variables of the settings in the source of the gateway. */
    private static Set<String> settingsOfTheGateway() throws IOException {
        return Pattern.compile("\"(backfill(\\.[a-z0-9-]+)+)\"")
                .matcher(Files.readString(ROOT.resolve("ejb/src/main/java/io/backfill/wiring/Setting.java")))
                .results()
                .map(match -> match.group(1).replaceAll("[^a-zA-Z0-9]", "_").toUpperCase(Locale.ROOT))
                .collect(Collectors.toCollection(TreeSet::new));
    }
}
