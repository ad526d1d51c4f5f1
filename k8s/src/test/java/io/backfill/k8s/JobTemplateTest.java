package io.backfill.k8s;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.entry;

import io.backfill.offload.ShardJobSpec;
import io.fabric8.kubernetes.api.model.Container;
import io.fabric8.kubernetes.api.model.EnvVar;
import io.fabric8.kubernetes.api.model.PodSpec;
import io.fabric8.kubernetes.api.model.Quantity;
import io.fabric8.kubernetes.api.model.batch.v1.Job;
import io.fabric8.kubernetes.api.model.batch.v1.JobSpec;
import io.fabric8.kubernetes.api.model.batch.v1.PodFailurePolicyRule;
import io.fabric8.kubernetes.client.utils.KubernetesSerialization;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class JobTemplateTest {
    private final ShardJobSpec spec = Offloads.spec(Offloads.BATCH, 2, 3, 0, 1, 2, 5, 9);
    private final Job job = new JobTemplate(Offloads.config()).job(spec);
    private final PodSpec pod = job.getSpec().getTemplate().getSpec();
    private final Container worker = pod.getContainers().getFirst();

    @Test
    void jobShouldHaveOneIndexForEachPartitionAndTryEachByItself() {
        JobSpec wished = job.getSpec();

        assertThat(wished.getCompletionMode()).isEqualTo("Indexed");
        assertThat(wished.getCompletions()).isEqualTo(5);
        assertThat(wished.getParallelism()).isEqualTo(3);
        assertThat(wished.getBackoffLimitPerIndex()).isEqualTo(2);
        assertThat(wished.getBackoffLimit()).isNull();
        assertThat(wished.getMaxFailedIndexes()).isEqualTo(5);
        assertThat(wished.getPodReplacementPolicy()).isEqualTo("Failed");
        assertThat(wished.getActiveDeadlineSeconds()).isEqualTo(86_400);
        assertThat(wished.getTtlSecondsAfterFinished()).isEqualTo(3600);
        assertThat(wished.getSuspend()).isNull();
        assertThat(pod.getRestartPolicy()).isEqualTo("Never");
    }

    @Test
    void rulesOfFailureShouldForgiveDisruptionsBeforeTheyLookAtExitCodes() {
        List<PodFailurePolicyRule> rules = job.getSpec().getPodFailurePolicy().getRules();

        assertThat(rules).extracting(PodFailurePolicyRule::getAction).containsExactly("Ignore", "FailJob", "FailIndex");
        assertThat(rules.get(0).getOnPodConditions()).singleElement().satisfies(condition -> {
            assertThat(condition.getType()).isEqualTo("DisruptionTarget");
            assertThat(condition.getStatus()).isEqualTo("True");
        });
        assertThat(rules.get(1).getOnExitCodes().getValues()).containsExactly(77, 78);
        assertThat(rules.get(2).getOnExitCodes().getValues()).containsExactly(64, 65);
        assertThat(rules.subList(1, 3)).allSatisfy(rule -> {
            assertThat(rule.getOnExitCodes().getOperator()).isEqualTo("In");
            assertThat(rule.getOnExitCodes().getContainerName()).isEqualTo(worker.getName());
            assertThat(rule.getOnExitCodes().getValues()).isSorted();
            assertThat(rule.getOnPodConditions()).isEmpty();
        });
    }

    @Test
    void nameAndLabelsShouldTellBatchGenerationAndGateway() {
        assertThat(job.getMetadata().getName()).isEqualTo(spec.name()).hasSizeLessThanOrEqualTo(52);
        assertThat(job.getMetadata().getNamespace()).isEqualTo(Offloads.NAMESPACE);
        assertThat(job.getMetadata().getLabels())
                .contains(
                        entry("backfill.io/batch-id", Offloads.BATCH.value()),
                        entry("backfill.io/generation", "2"),
                        entry("backfill.io/gateway-instance", "gateway-a"),
                        entry("app.kubernetes.io/managed-by", "backfill"),
                        entry("app.kubernetes.io/component", "shard-worker"));
        assertThat(job.getMetadata().getLabels().values()).allMatch(value -> value.length() <= 63);
        assertThat(job.getMetadata().getAnnotations())
                .contains(entry("backfill.io/partitions", "0-2,5,9"), entry("backfill.io/manifest", Offloads.MANIFEST))
                .containsKey("traceparent");
        assertThat(job.getSpec().getTemplate().getMetadata().getLabels())
                .containsAllEntriesOf(job.getMetadata().getLabels());
        assertThat(job.getMetadata().getOwnerReferences()).isEmpty();
    }

    @Test
    void environmentShouldHoldWhatTheWorkerNeedsAndNoSecret() {
        WorkerConfig withSecret =
                WorkerConfig.of(Offloads.IMAGE, Map.of("BACKFILL_S3_BUCKET", "batches"), "backfill-worker");
        Container container = new JobTemplate(Offloads.config(withSecret, ""))
                .job(spec)
                .getSpec()
                .getTemplate()
                .getSpec()
                .getContainers()
                .getFirst();

        assertThat(env(container))
                .containsOnly(
                        entry("BACKFILL_S3_BUCKET", "batches"),
                        entry("BATCH_ID", Offloads.BATCH.value()),
                        entry("GENERATION", "2"),
                        entry("GRACE_SECONDS", "60"),
                        entry("MANIFEST", Offloads.MANIFEST),
                        entry("PARTITIONS", "0-2,5,9"));
        assertThat(container.getEnvFrom()).singleElement().satisfies(source -> {
            assertThat(source.getSecretRef().getName()).isEqualTo("backfill-worker");
            assertThat(source.getSecretRef().getOptional()).isFalse();
        });
    }

    @Test
    void podShouldKeepToTheRestrictedProfileAndHaveNoTokenAndOneWritableFolder() {
        assertThat(RestrictedProfile.violations(pod)).isEmpty();
        assertThat(pod.getAutomountServiceAccountToken()).isFalse();
        assertThat(pod.getServiceAccountName()).isNull();
        assertThat(pod.getEnableServiceLinks()).isFalse();
        assertThat(pod.getSecurityContext().getRunAsUser()).isNull();
        assertThat(pod.getSecurityContext().getFsGroup()).isNull();
        assertThat(worker.getSecurityContext().getReadOnlyRootFilesystem()).isTrue();
        assertThat(worker.getTerminationMessagePolicy()).isEqualTo("FallbackToLogsOnError");
        assertThat(pod.getTerminationGracePeriodSeconds()).isEqualTo(5);
        assertThat(worker.getVolumeMounts())
                .singleElement()
                .satisfies(mount -> assertThat(mount.getMountPath()).isEqualTo("/tmp"));
        assertThat(pod.getVolumes()).singleElement().satisfies(volume -> {
            assertThat(volume.getName())
                    .isEqualTo(worker.getVolumeMounts().getFirst().getName());
            assertThat(volume.getEmptyDir().getSizeLimit()).isEqualTo(new Quantity("512Mi"));
        });
    }

    @Test
    void everyContainerShouldHaveRequestsAndALimitOfMemoryAndNoLimitOfProcessorTime() {
        assertThat(worker.getResources().getRequests())
                .containsOnly(entry("cpu", new Quantity("250m")), entry("memory", new Quantity("384Mi")));
        assertThat(worker.getResources().getLimits()).containsOnly(entry("memory", new Quantity("512Mi")));
        assertThat(worker.getImage()).isEqualTo(Offloads.IMAGE).doesNotEndWith(":latest");
    }

    @Test
    void queueAndPriorityShouldBeLabelsOfKueueAndABatchMayNameAnother() {
        OffloadConfig config = new OffloadConfig(
                Offloads.NAMESPACE,
                "gateway-a",
                Offloads.worker(List.of()),
                "",
                2,
                Duration.ofHours(1),
                "batch-queue",
                "low",
                Map.of("team", "ml", "backfill.io/batch-id", "batch_of_another"),
                Map.of());
        ShardJobSpec wish = new ShardJobSpec(
                Offloads.BATCH,
                1,
                List.of(0),
                1,
                Offloads.MANIFEST,
                Duration.ofHours(1),
                Map.of("kueue.x-k8s.io/priority-class", "high", "app.kubernetes.io/managed-by", "somebody"),
                Map.of("backfill.io/partitions", "7"));
        Job queued = new JobTemplate(config).job(wish);

        assertThat(queued.getMetadata().getLabels())
                .contains(
                        entry("kueue.x-k8s.io/queue-name", "batch-queue"),
                        entry("kueue.x-k8s.io/priority-class", "high"),
                        entry("team", "ml"),
                        entry("backfill.io/batch-id", Offloads.BATCH.value()),
                        entry("app.kubernetes.io/managed-by", "backfill"));
        assertThat(queued.getMetadata().getAnnotations()).contains(entry("backfill.io/partitions", "0"));
    }

    @Test
    void jobShouldBeTheSameForTheSameWish() {
        KubernetesSerialization json = new KubernetesSerialization();

        assertThat(json.asJson(new JobTemplate(Offloads.config()).job(spec))).isEqualTo(json.asJson(job));
        assertThat(json.asJson(job)).hasSizeLessThan(8 * 1024);
    }

    @Test
    void jobShouldStaySmallForAsManyPartitionsAsThereMayBe() {
        List<Integer> worst = IntStream.range(0, 1000).mapToObj(i -> 2 * i).toList();
        ShardJobSpec wide = new ShardJobSpec(
                Offloads.BATCH, 1, worst, 10, Offloads.MANIFEST, Duration.ofHours(1), Map.of(), Map.of());

        assertThat(new KubernetesSerialization().asJson(new JobTemplate(Offloads.config()).job(wide)))
                .hasSizeLessThan(32 * 1024);
    }

    @Test
    void templateOfTheOperatorShouldKeepWhatPlacesAndFeedsThePod() {
        Job placed = build("""
                metadata:
                  labels: {cost-centre: "42"}
                  annotations: {sidecar.istio.io/inject: "false"}
                spec:
                  serviceAccountName: store-access
                  nodeSelector: {pool: spot}
                  priorityClassName: batch
                  tolerations: [{key: spot, operator: Exists}]
                  imagePullSecrets: [{name: registry}]
                  initContainers:
                  - {name: proxy, image: "registry.example/proxy:3", restartPolicy: Always}
                  containers:
                  - name: worker
                    image: registry.example/other:9
                    env: [{name: HTTPS_PROXY, value: "http://proxy:3128"}, {name: MANIFEST, value: nonsense}]
                    envFrom: [{configMapRef: {name: more}}]
                    resources: {requests: {cpu: "2"}, limits: {memory: 256Mi}}
                    volumeMounts: [{name: ca, mountPath: /etc/ca}]
                  volumes: [{name: ca, configMap: {name: ca}}]
                """);
        PodSpec spec = placed.getSpec().getTemplate().getSpec();
        Container container = spec.getContainers().getFirst();

        assertThat(placed.getSpec().getTemplate().getMetadata().getLabels()).containsEntry("cost-centre", "42");
        assertThat(placed.getSpec().getTemplate().getMetadata().getAnnotations())
                .containsEntry("sidecar.istio.io/inject", "false");
        assertThat(spec.getServiceAccountName()).isEqualTo("store-access");
        assertThat(spec.getAutomountServiceAccountToken()).isFalse();
        assertThat(spec.getNodeSelector()).containsEntry("pool", "spot");
        assertThat(spec.getPriorityClassName()).isEqualTo("batch");
        assertThat(spec.getTolerations()).hasSize(1);
        assertThat(spec.getImagePullSecrets()).extracting("name").containsExactly("registry");
        assertThat(spec.getContainers()).hasSize(1);
        assertThat(container.getImage()).isEqualTo(Offloads.IMAGE);
        assertThat(env(container))
                .contains(entry("HTTPS_PROXY", "http://proxy:3128"), entry("MANIFEST", Offloads.MANIFEST));
        assertThat(container.getEnvFrom()).hasSize(1);
        assertThat(container.getResources().getRequests())
                .containsOnly(entry("cpu", new Quantity("2")), entry("memory", new Quantity("256Mi")));
        assertThat(container.getResources().getLimits()).containsOnly(entry("memory", new Quantity("256Mi")));
        assertThat(container.getVolumeMounts()).extracting("mountPath").containsExactlyInAnyOrder("/etc/ca", "/tmp");
        assertThat(spec.getInitContainers().getFirst().getResources().getRequests())
                .containsKeys("cpu", "memory");
        assertThat(RestrictedProfile.violations(spec)).isEmpty();
    }

    @Test
    void templateOfTheOperatorShouldWidenNothing() {
        Job job = build("""
                metadata:
                  name: mine
                  labels: {backfill.io/batch-id: another, batch.kubernetes.io/job-name: x, job-name: x, controller-uid: y}
                  annotations:
                    container.apparmor.security.beta.kubernetes.io/worker: unconfined
                    backfill.io/manifest: elsewhere
                spec:
                  hostNetwork: true
                  hostPID: true
                  hostIPC: true
                  hostUsers: true
                  automountServiceAccountToken: true
                  enableServiceLinks: true
                  restartPolicy: OnFailure
                  activeDeadlineSeconds: 5
                  terminationGracePeriodSeconds: 0
                  hostname: fixed
                  subdomain: fixed
                  nodeName: node-1
                  securityContext:
                    runAsNonRoot: false
                    runAsUser: 1234
                    seccompProfile: {type: Unconfined}
                    seLinuxOptions: {user: system_u, type: spc_t}
                    sysctls: [{name: kernel.msgmax, value: "65536"}]
                    appArmorProfile: {type: Unconfined}
                    windowsOptions: {hostProcess: true}
                  initContainers:
                  - name: setup
                    image: registry.example/setup@sha256:0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef
                    securityContext: {privileged: true, procMount: Unmasked, capabilities: {add: [SYS_ADMIN]}}
                  containers:
                  - name: worker
                    env: [{name: JOB_COMPLETION_INDEX, value: "0"}, {name: BATCH_ID, value: another}]
                    ports: [{containerPort: 80, hostPort: 80, hostIP: 0.0.0.0}]
                    terminationMessagePolicy: File
                    securityContext:
                      privileged: true
                      allowPrivilegeEscalation: true
                      readOnlyRootFilesystem: false
                      runAsNonRoot: false
                      capabilities: {add: [ALL], drop: []}
                      seccompProfile: {type: Unconfined}
                """);
        PodSpec spec = job.getSpec().getTemplate().getSpec();
        Container container = spec.getContainers().getFirst();

        assertThat(RestrictedProfile.violations(spec)).isEmpty();
        assertThat(spec.getAutomountServiceAccountToken()).isFalse();
        assertThat(spec.getEnableServiceLinks()).isFalse();
        assertThat(spec.getRestartPolicy()).isEqualTo("Never");
        assertThat(spec.getActiveDeadlineSeconds()).isNull();
        assertThat(spec.getTerminationGracePeriodSeconds()).isEqualTo(5);
        assertThat(spec.getHostname()).isNull();
        assertThat(spec.getNodeName()).isNull();
        assertThat(spec.getSecurityContext().getRunAsUser()).isEqualTo(1234);
        assertThat(container.getSecurityContext().getReadOnlyRootFilesystem()).isTrue();
        assertThat(container.getTerminationMessagePolicy()).isEqualTo("FallbackToLogsOnError");
        assertThat(env(container))
                .containsEntry("BATCH_ID", Offloads.BATCH.value())
                .doesNotContainKey("JOB_COMPLETION_INDEX");
        assertThat(job.getSpec().getTemplate().getMetadata().getName()).isNull();
        assertThat(job.getSpec().getTemplate().getMetadata().getLabels())
                .containsEntry("backfill.io/batch-id", Offloads.BATCH.value())
                .doesNotContainKeys("batch.kubernetes.io/job-name", "job-name", "controller-uid");
        assertThat(job.getSpec().getTemplate().getMetadata().getAnnotations())
                .containsEntry("backfill.io/manifest", Offloads.MANIFEST)
                .doesNotContainKey("container.apparmor.security.beta.kubernetes.io/worker");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "spec: {volumes: [{name: node, hostPath: {path: /}}]}",
                "spec: {volumes: [{name: share, nfs: {server: a, path: /}}]}",
                "spec: {securityContext: {runAsUser: 0}}",
                "spec: {containers: [{name: worker, securityContext: {runAsUser: 0}}]}",
                "spec: {containers: [{name: worker}, {name: log, image: 'r/log:1'}]}",
                "spec: {containers: [{name: main, image: 'r/log:1'}]}",
                "spec: {initContainers: [{name: init, image: 'r/init:latest'}]}",
                "spec: {initContainers: [{name: init, image: r/init}]}",
                "spec: {ephemeralContainers: [{name: debug, image: 'r/debug:1'}]}",
                "spec: {nodeSelektor: {pool: spot}}",
                "spec: {containers: [{name: worker, resource: {}}]}",
                "kind: PodTemplate\ntemplate: {spec: {}}",
                "spec: [1, 2",
                "spec: 7"
            })
    void templateOfTheOperatorShouldBeRefusedWhenNothingGoodCanBeMadeOfIt(String yaml) {
        assertThatThrownBy(() -> new JobTemplate(Offloads.config(List.of(), yaml)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("backfill.offload.pod-template");
    }

    @Test
    void commandOfTheSettingsShouldTakeThePlaceOfTheTemplates() {
        Job job = new JobTemplate(Offloads.config(
                        List.of("java", "-version"),
                        "spec: {containers: [{name: worker, command: [sh], args: [-c, x]}]}"))
                .job(spec);

        assertThat(job.getSpec()
                        .getTemplate()
                        .getSpec()
                        .getContainers()
                        .getFirst()
                        .getCommand())
                .containsExactly("java", "-version");
        assertThat(job.getSpec()
                        .getTemplate()
                        .getSpec()
                        .getContainers()
                        .getFirst()
                        .getArgs())
                .isEmpty();
    }

    private Job build(String podTemplate) {
        return new JobTemplate(Offloads.config(List.of(), podTemplate)).job(spec);
    }

    private static Map<String, String> env(Container container) {
        return container.getEnv().stream().collect(Collectors.toMap(EnvVar::getName, EnvVar::getValue));
    }
}
