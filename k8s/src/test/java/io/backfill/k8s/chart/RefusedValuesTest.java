package io.backfill.k8s.chart;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Wrong values must not reach a cluster. The schema rejects them, or the templates where a schema cannot, and the message states
 * the reason.
 */
class RefusedValuesTest {

    @ParameterizedTest(name = "{0}")
    @MethodSource
    void shouldBeRefusedByTheSchema(String values, String words) {
        assertRefused(ValuesFile.DEFAULT, values, words);
    }

    static Stream<Arguments> shouldBeRefusedByTheSchema() {
        return Stream.of(
                refused("replicaCount: 3", "replicaCount"),
                refused("api: { replicas: many }", "replicas"),
                refused("api: { replicas: -1 }", "replicas"),
                refused("offload: { rbac: { podLogs: true } }", "podLogs"),
                refused("api: { replica: 2 }", "replica"),
                refused("api: { enabled: \"true\" }", "enabled"),
                refused("profile: production", "profile"),
                refused("common: { image: { tag: latest } }", "tag"),
                refused("common: { image: { digest: \"sha256:12\" } }", "digest"),
                refused("common: { image: { repository: Backfill } }", "repository"),
                refused("common: { image: { pullPolicy: Sometimes } }", "pullPolicy"),
                refused("common: { heap: lots }", "heap"),
                refused("common: { shutdownGraceSeconds: 10 }", "shutdownGraceSeconds"),
                refused("common: { resources: { requests: { cpu: half } } }", "cpu"),
                refused("common: { resources: { limits: { memory: 2GB } } }", "memory"),
                refused("common: { podSecurityContext: { runAsNonRoot: false } }", "runAsNonRoot"),
                refused("common: { podSecurityContext: { runAsUser: 0 } }", "runAsUser"),
                refused("common: { securityContext: { privileged: true } }", "privileged"),
                refused("common: { securityContext: { allowPrivilegeEscalation: true } }", "allowPrivilegeEscalation"),
                refused("common: { securityContext: { readOnlyRootFilesystem: false } }", "readOnlyRootFilesystem"),
                refused("common: { securityContext: { capabilities: { drop: [] } } }", "capabilities"),
                refused(
                        "common: { securityContext: { capabilities: { drop: [ALL], add: [SYS_ADMIN] } } }",
                        "capabilities"),
                refused("processor: { securityContext: { privileged: true } }", "privileged"),
                refused("common: { livenessProbe: { httpGet: { path: / } } }", "httpGet"),
                refused("common: { extraEnv: [{ name: \"not a name\" }] }", "extraEnv"),
                refused("common: { strategy: { type: Sometimes } }", "strategy"),
                refused("common: { pdb: { maxUnavailable: half } }", "maxUnavailable"),
                refused("service: { port: 80000 }", "port"),
                refused("service: { type: ExternalName }", "type"),
                refused("settings: { backfil.batches.max-lines: 1 }", "backfil"),
                refused("settings: { backfill.profile: local }", "backfill.profile"),
                refused("settings: { backfill.offload.enabled: true }", "backfill.offload.enabled"),
                refused("settings: { backfill.batches.max-lines: [1] }", "max-lines"),
                refused("database: { existingSecret: \"\" }", "existingSecret"),
                refused("database: { password: hunter2 }", "password"),
                refused("redis: { url: \"redis://x\" }", "url"),
                refused("s3: { bucket: Under_Score }", "bucket"),
                refused("s3: { endpoint: \"s3.example.com\" }", "endpoint"),
                refused("s3: { secretAccessKey: x }", "secretAccessKey"),
                refused("auth: { mode: basic }", "mode"),
                refused("auth: { header: { trustedProxies: [proxy.example.com] } }", "trustedProxies"),
                refused("auth: { oidc: { issuer: login.example.com } }", "issuer"),
                refused("auth: { oidc: { tenantClaim: \"\" } }", "tenantClaim"),
                refused("auth: { oidc: { secret: x } }", "secret"),
                refused("auth: { kubernetes: { tenant: pod } }", "tenant"),
                refused("settings: { backfill.auth.oidc.issuer: \"https://login\" }", "backfill.auth.oidc.issuer"),
                refused("headers: { passThrough: [\"X Team\"] }", "passThrough"),
                refused("persistence: { accessModes: [] }", "accessModes"),
                refused("persistence: { size: much }", "size"),
                refused("models: { config: { models: { a: {} } } }", "replicas"),
                refused("models: { config: { models: { a: { replicas: [], endpoints: [] } } } }", "oneOf"),
                refused("models: { config: { model: {} } }", "model"),
                refused("offload: { onRefusal: retry }", "onRefusal"),
                refused("offload: { maxCapShare: 1.5 }", "maxCapShare"),
                refused("offload: { maxCapShare: 0 }", "maxCapShare"),
                refused("offload: { maxParallelism: 0 }", "maxParallelism"),
                refused("offload: { minLines: \"10000\" }", "minLines"),
                refused("offload: { startTimeout: 10 minutes }", "startTimeout"),
                refused("offload: { namespace: Jobs }", "namespace"),
                refused("offload: { worker: { image: { tag: latest } } }", "tag"),
                refused("offload: { worker: { existingSecret: \"\" } }", "existingSecret"),
                refused("offload: { worker: { resources: { limits: { cpu: 1, memory: x } } } }", "memory"),
                refused("offload: { kueue: { queue: batch } }", "queue"),
                refused("offload: { podTemplate: { containers: [] } }", "containers"),
                refused("httpRoute: { parents: [] }", "parents"),
                refused("ingress: { hosts: batch.example.com }", "hosts"),
                refused("networkPolicy: { egress: { database: { ports: [postgres] } } }", "ports"),
                refused("networkPolicy: { egress: { mysql: { ports: [3306] } } }", "mysql"),
                refused("monitoring: { serviceMonitor: { interval: often } }", "interval"),
                refused("monitoring: { prometheusRule: { rules: { queueDepp: { enabled: false } } } }", "queueDepp"),
                refused("monitoring: { prometheusRule: { rules: { queueDeep: { threshold: many } } } }", "threshold"),
                refused("demo: { mysql: {} }", "mysql"));
    }

    @ParameterizedTest(name = "{1}: {2}")
    @MethodSource
    void shouldBeRefusedByTheTemplates(ValuesFile file, String values, String words) {
        assertRefused(file, values, words);
    }

    static Stream<Arguments> shouldBeRefusedByTheTemplates() {
        String parents = "httpRoute: { enabled: true, parentRefs: [{ name: public }] }\n";
        String hosts = "ingress: { enabled: true, hosts: [batch.example.com] }\n";
        String route = "route: { enabled: true }\n";
        return Stream.of(
                Arguments.of(ValuesFile.DEFAULT, parents + hosts, "at most one of httpRoute, ingress and route"),
                Arguments.of(ValuesFile.DEFAULT, parents + route, "at most one of httpRoute, ingress and route"),
                Arguments.of(ValuesFile.DEFAULT, hosts + route, "at most one of httpRoute, ingress and route"),
                Arguments.of(
                        ValuesFile.DEFAULT, parents + hosts + route, "at most one of httpRoute, ingress and route"),
                Arguments.of(ValuesFile.DEFAULT, "httpRoute: { enabled: true }", "name a Gateway"),
                Arguments.of(ValuesFile.DEFAULT, "ingress: { enabled: true }", "name at least one host"),
                Arguments.of(ValuesFile.DEFAULT, "api: { enabled: false }\n" + route, "needs a role that answers"),
                Arguments.of(ValuesFile.DEFAULT, "all: { enabled: true }", "role all runs alone"),
                Arguments.of(
                        ValuesFile.DEFAULT, "api: { enabled: false }\nprocessor: { enabled: false }", "enable a role"),
                Arguments.of(ValuesFile.DEFAULT, "profile: local", "profile local is one pod"),
                Arguments.of(ValuesFile.DEFAULT, "profile: single", "ReadWriteMany"),
                Arguments.of(ValuesFile.MINIMAL, "all: { replicas: 2 }", "profile local is one pod"),
                Arguments.of(ValuesFile.MINIMAL, "all: { autoscaling: { enabled: true } }", "profile local is one pod"),
                Arguments.of(ValuesFile.MINIMAL, "offload: { enabled: true }", "offload needs profile cluster"),
                Arguments.of(
                        ValuesFile.DEFAULT,
                        "processor: { enabled: false }\noffload: { enabled: true }",
                        "offload needs a role that sends"),
                Arguments.of(
                        ValuesFile.DEFAULT,
                        "offload: { enabled: true, namespace: " + Chart.NAMESPACE + " }",
                        "must not be the gateway's own"),
                Arguments.of(ValuesFile.DEFAULT, "auth: { mode: api-keys }", "auth.apiKeys.existingSecret"),
                Arguments.of(ValuesFile.DEFAULT, "auth: { mode: header }", "auth.header.trustedProxies"),
                Arguments.of(ValuesFile.DEFAULT, "auth: { mode: oidc }", "auth.oidc.issuer"),
                Arguments.of(
                        ValuesFile.DEFAULT,
                        "auth: { mode: oidc, oidc: { issuer: \"https://login.example.com\" } }",
                        "auth.oidc.audience"),
                Arguments.of(ValuesFile.DEFAULT, "headers: { passThrough: [Authorization] }", "headers.existingSecret"),
                Arguments.of(
                        ValuesFile.DEFAULT,
                        "proxy: { https: \"http://proxy:3128\", noProxy: 10.1.0.0/12 }",
                        "does not support ranges such as 10.1.0.0/12"),
                Arguments.of(
                        ValuesFile.DEFAULT, "proxy: { http: \"http://me:pw@proxy:3128\" }", "user and password are"),
                Arguments.of(
                        ValuesFile.DEFAULT,
                        "processor: { terminationGracePeriodSeconds: 79 }",
                        "open calls would be cut off"),
                Arguments.of(
                        ValuesFile.DEFAULT,
                        "api: { autoscaling: { enabled: true, minReplicas: 9, maxReplicas: 3 } }",
                        "minReplicas exceeds"));
    }

    private static Arguments refused(String values, String words) {
        return Arguments.of(values, words);
    }

    private static void assertRefused(ValuesFile file, String values, String words) {
        Map<String, Object> all = Yaml.merged(file.content(), Yaml.map(values));

        assertThatThrownBy(() -> Chart.render(all))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining(words);
    }
}
