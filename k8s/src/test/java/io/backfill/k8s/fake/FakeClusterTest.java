package io.backfill.k8s.fake;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.SecretBuilder;
import io.fabric8.kubernetes.api.model.batch.v1.Job;
import io.fabric8.kubernetes.api.model.batch.v1.JobBuilder;
import io.fabric8.kubernetes.api.model.batch.v1.JobCondition;
import io.fabric8.kubernetes.api.model.batch.v1.JobStatus;
import io.fabric8.kubernetes.client.KubernetesClientException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Checks that the fake cluster behaves as a real one was observed to behave. */
class FakeClusterTest {
    private static final String NAMESPACE = "jobs";
    private static final String JOB = "backfill-x-g1";
    private static final Duration SOON = Duration.ofSeconds(20);

    @TempDir
    private Path folder;

    private FakeCluster cluster;

    @BeforeEach
    void start() {
        cluster = new FakeCluster(folder);
    }

    @AfterEach
    void stop() {
        cluster.close();
    }

    @Test
    void everyIndexShouldRunOnceWithItsNumberAndNotMoreAtATimeThanAllowed() {
        create(5, 2, 0, "echo index $JOB_COMPLETION_INDEX of $WHAT");

        JobStatus status = await(s -> s.getCompletionTime() != null);

        assertThat(status.getCompletedIndexes()).isEqualTo("0-4");
        assertThat(status.getSucceeded()).isEqualTo(5);
        assertThat(conditions(status))
                .containsExactly("SuccessCriteriaMet/CompletionsReached", "Complete/CompletionsReached");
        assertThat(cluster.mostAtOnce(JOB)).isBetween(1, 2);
        List<String> logs = cluster.pods(JOB).stream().map(this::log).toList();
        assertThat(logs)
                .containsExactlyInAnyOrder(
                        "index 0 of a test",
                        "index 1 of a test",
                        "index 2 of a test",
                        "index 3 of a test",
                        "index 4 of a test");
    }

    @Test
    void indexShouldFailAtOnceWithACodeThatFailsItAndAfterItsTriesWithAnother() {
        create(3, 3, 1, "case $JOB_COMPLETION_INDEX in 0) exit 64;; 1) exit 1;; esac");

        JobStatus status = await(FakeClusterTest::ended);

        assertThat(status.getFailedIndexes()).isEqualTo("0-1");
        assertThat(status.getCompletedIndexes()).isEqualTo("2");
        assertThat(status.getFailed()).isEqualTo(3);
        assertThat(conditions(status)).containsExactly("FailureTarget/FailedIndexes", "Failed/FailedIndexes");
        assertThat(podsOf(0)).hasSize(1);
        assertThat(podsOf(1)).hasSize(2);
    }

    @Test
    void codeThatFailsTheJobShouldEndAllOfIt() {
        create(2, 2, 2, "case $JOB_COMPLETION_INDEX in 0) exit 77;; 1) exec sleep 60;; esac");

        JobStatus status = await(FakeClusterTest::ended);

        assertThat(conditions(status)).containsExactly("FailureTarget/PodFailurePolicy", "Failed/PodFailurePolicy");
        assertThat(cluster.processes()).isEmpty();
    }

    @Test
    void evictedPodShouldBeReplacedWithoutBeingCounted() {
        create(1, 1, 0, "[ -e ../again ] && exit 0; touch ../again; exec sleep 60");
        await(s -> s.getReady() == 1 && Files.exists(folder.resolve("again")));

        cluster.evict(JOB, 0);
        JobStatus status = await(FakeClusterTest::ended);

        assertThat(status.getFailed()).isNull();
        assertThat(conditions(status)).contains("Complete/CompletionsReached");
        assertThat(podsOf(0)).hasSize(2);
        assertThat(podsOf(0).getFirst().getStatus().getConditions())
                .anyMatch(condition -> condition.getType().equals("DisruptionTarget"));
        assertThat(code(podsOf(0).getFirst())).isEqualTo(143);
    }

    @Test
    void programThatDoesNotMindSigtermShouldBeKilledAfterTheGraceAndReplacedOnlyThen() {
        create(1, 1, 0, "trap '' TERM; touch ../trapped; while true; do sleep 0.05; done");
        await(s -> Files.exists(folder.resolve("trapped")));

        long before = System.nanoTime();
        cluster.evict(JOB, 0);
        await(s -> podsOf(0).size() == 2);

        assertThat(Duration.ofNanos(System.nanoTime() - before)).isGreaterThanOrEqualTo(Duration.ofSeconds(1));
        assertThat(code(podsOf(0).getFirst())).isEqualTo(137);
        assertThat(cluster.mostAtOnce(JOB)).isEqualTo(1);
    }

    @Test
    void podThatIsKilledForItsMemoryShouldBeTriedAgainAndSaySo() {
        create(1, 1, 1, "exec sleep 60");
        await(s -> s.getReady() == 1);
        cluster.outOfMemory(JOB, 0);
        await(s -> podsOf(0).size() == 2 && s.getReady() == 1);
        cluster.outOfMemory(JOB, 0);

        JobStatus status = await(FakeClusterTest::ended);

        assertThat(status.getFailedIndexes()).isEqualTo("0");
        assertThat(podsOf(0)).hasSize(2).allSatisfy(pod -> {
            assertThat(code(pod)).isEqualTo(137);
            assertThat(pod.getStatus()
                            .getContainerStatuses()
                            .getFirst()
                            .getState()
                            .getTerminated()
                            .getReason())
                    .isEqualTo("OOMKilled");
        });
    }

    @Test
    void programThatDiesForItsMemoryBehindAShellShouldCountAsDone() {
        create(1, 1, 0, "exec sleep 60");
        await(s -> s.getReady() == 1);
        cluster.outOfMemoryUnnoticed(JOB, 0);

        JobStatus status = await(FakeClusterTest::ended);

        assertThat(status.getCompletedIndexes()).isEqualTo("0");
        assertThat(podsOf(0)
                        .getFirst()
                        .getStatus()
                        .getContainerStatuses()
                        .getFirst()
                        .getState()
                        .getTerminated()
                        .getReason())
                .isEqualTo("OOMKilled");
    }

    @Test
    void imageThatCannotBePulledShouldLeaveThePodPendingUntilItCan() {
        cluster.trouble(Trouble.IMAGE);
        create(1, 1, 0, "exit 0");

        JobStatus status = await(s -> s.getActive() != null);
        assertThat(status.getReady()).isZero();
        assertThat(podsOf(0)
                        .getFirst()
                        .getStatus()
                        .getContainerStatuses()
                        .getFirst()
                        .getState()
                        .getWaiting()
                        .getReason())
                .isEqualTo("ImagePullBackOff");

        cluster.trouble(Trouble.NONE);
        assertThat(conditions(await(FakeClusterTest::ended))).contains("Complete/CompletionsReached");
    }

    @Test
    void quotaShouldLetNoPodBeMadeAndBeToldInAnEventOnly() {
        cluster.trouble(Trouble.QUOTA);
        create(1, 1, 0, "exit 0");

        await(s -> !cluster.client()
                .v1()
                .events()
                .inNamespace(NAMESPACE)
                .list()
                .getItems()
                .isEmpty());
        assertThat(cluster.pods(JOB)).isEmpty();
        assertThat(cluster.job(NAMESPACE, JOB).getStatus().getConditions()).isEmpty();

        cluster.trouble(Trouble.NONE);
        assertThat(conditions(await(FakeClusterTest::ended))).contains("Complete/CompletionsReached");
    }

    @Test
    void eventsShouldBeSelectedByTheirOwnLabelsAndFields() {
        cluster.trouble(Trouble.QUOTA);
        create(1, 1, 0, "exit 0");
        var events = cluster.client().v1().events().inNamespace(NAMESPACE);
        await(s -> !events.list().getItems().isEmpty());

        assertThat(events.withField("involvedObject.name", JOB).list().getItems())
                .hasSize(1);
        assertThat(events.withField("involvedObject.name", JOB)
                        .withoutField("reason", "FailedCreate")
                        .list()
                        .getItems())
                .isEmpty();
        assertThat(events.withField("involvedObject.name", "other").list().getItems())
                .isEmpty();
        // the Job controller sets labels on pods, not on events
        assertThat(events.withField("involvedObject.name", JOB)
                        .withLabel("batch.kubernetes.io/job-name", JOB)
                        .list()
                        .getItems())
                .isEmpty();
        assertThatThrownBy(() -> events.withField("status.phase", "Succeeded").list())
                .isInstanceOfSatisfying(
                        KubernetesClientException.class,
                        e -> assertThat(e.getCode()).isEqualTo(400));
    }

    @Test
    void jobShouldFailAtItsDeadline() {
        cluster.client()
                .resource(job(1, 1, 0, "exec sleep 60")
                        .editSpec()
                        .withActiveDeadlineSeconds(1L)
                        .endSpec()
                        .build())
                .create();

        assertThat(conditions(await(FakeClusterTest::ended)))
                .contains("FailureTarget/DeadlineExceeded", "Failed/DeadlineExceeded");
        assertThat(cluster.processes()).isEmpty();
    }

    @Test
    void suspendedJobShouldHaveNoPodsAndKeepWhatIsDone() {
        create(2, 2, 0, "[ $JOB_COMPLETION_INDEX = 0 ] && exit 0; [ -e ../go ] && exit 0; exec sleep 60");
        await(s -> "0".equals(s.getCompletedIndexes()) && s.getReady() == 1);

        cluster.suspend(NAMESPACE, JOB, true);
        await(s -> cluster.processes().isEmpty() && "0".equals(s.getCompletedIndexes()));
        touch("go");
        cluster.suspend(NAMESPACE, JOB, false);

        JobStatus status = await(FakeClusterTest::ended);
        assertThat(status.getCompletedIndexes()).isEqualTo("0-1");
        assertThat(podsOf(0)).hasSize(1);
    }

    @Test
    void deletedJobShouldGoAfterItsPodsWhichAreToldFirst() {
        create(
                2,
                2,
                0,
                "trap 'echo told; exit 143' TERM; touch ../$JOB_COMPLETION_INDEX; while true; do sleep 0.05; done");
        await(s -> s.getReady() == 2 && Files.exists(folder.resolve("0")) && Files.exists(folder.resolve("1")));
        List<Pod> pods = cluster.pods(JOB);

        cluster.client()
                .batch()
                .v1()
                .jobs()
                .inNamespace(NAMESPACE)
                .withName(JOB)
                .delete();

        Awaitility.await()
                .atMost(SOON)
                .untilAsserted(() -> assertThat(cluster.client()
                                .batch()
                                .v1()
                                .jobs()
                                .inNamespace(NAMESPACE)
                                .withName(JOB)
                                .get())
                        .isNull());
        assertThat(pods).extracting(this::log).containsOnly("told");
        assertThat(cluster.client().pods().inNamespace(NAMESPACE).list().getItems())
                .isEmpty();
        assertThat(cluster.processes()).isEmpty();
    }

    @Test
    void secretShouldReachTheProgramAndItsAbsenceKeepThePodFromStarting() {
        Job job = job(1, 1, 0, "echo key $STORE_KEY")
                .editSpec()
                .editTemplate()
                .editSpec()
                .editFirstContainer()
                .addNewEnvFrom()
                .withNewSecretRef("worker", false)
                .endEnvFrom()
                .endContainer()
                .endSpec()
                .endTemplate()
                .endSpec()
                .build();
        cluster.client().resource(job).create();
        await(s -> s.getActive() != null);
        assertThat(podsOf(0)
                        .getFirst()
                        .getStatus()
                        .getContainerStatuses()
                        .getFirst()
                        .getState()
                        .getWaiting()
                        .getReason())
                .isEqualTo("CreateContainerConfigError");

        cluster.client()
                .resource(new SecretBuilder()
                        .withNewMetadata()
                        .withName("worker")
                        .withNamespace(NAMESPACE)
                        .endMetadata()
                        .withStringData(Map.of("STORE_KEY", "hush"))
                        .build())
                .create();

        await(FakeClusterTest::ended);
        assertThat(log(podsOf(0).getFirst())).isEqualTo("key hush");
    }

    @Test
    void processesShouldEndWithTheCluster() {
        create(2, 2, 0, "exec sleep 60");
        await(s -> s.getReady() == 2);
        List<Long> processes = cluster.processes();

        cluster.close();

        assertThat(processes).hasSize(2).allMatch(pid -> ProcessHandle.of(pid).isEmpty());
    }

    private void create(int completions, int parallelism, int retries, String script) {
        cluster.client()
                .resource(job(completions, parallelism, retries, script).build())
                .create();
    }

    private static JobBuilder job(int completions, int parallelism, int retries, String script) {
        return new JobBuilder()
                .withNewMetadata()
                .withName(JOB)
                .withNamespace(NAMESPACE)
                .endMetadata()
                .withNewSpec()
                .withCompletionMode("Indexed")
                .withCompletions(completions)
                .withParallelism(parallelism)
                .withBackoffLimitPerIndex(retries)
                .withMaxFailedIndexes(completions)
                .withNewPodFailurePolicy()
                .addNewRule()
                .withAction("Ignore")
                .addNewOnPodCondition("True", "DisruptionTarget")
                .endRule()
                .addNewRule()
                .withAction("FailJob")
                .withNewOnExitCodes()
                .withContainerName("worker")
                .withOperator("In")
                .withValues(77, 78)
                .endOnExitCodes()
                .endRule()
                .addNewRule()
                .withAction("FailIndex")
                .withNewOnExitCodes()
                .withContainerName("worker")
                .withOperator("In")
                .withValues(64, 65)
                .endOnExitCodes()
                .endRule()
                .endPodFailurePolicy()
                .withNewTemplate()
                .withNewMetadata()
                .endMetadata()
                .withNewSpec()
                .withTerminationGracePeriodSeconds(1L)
                .addNewContainer()
                .withName("worker")
                .withImage("r.example/worker:1")
                .withCommand("sh", "-c", script)
                .addNewEnv()
                .withName("WHAT")
                .withValue("a test")
                .endEnv()
                .endContainer()
                .endSpec()
                .endTemplate()
                .endSpec();
    }

    private JobStatus await(Predicate<JobStatus> until) {
        return Awaitility.await()
                .atMost(SOON)
                .pollInterval(Duration.ofMillis(20))
                .until(
                        () -> {
                            JobStatus status = cluster.job(NAMESPACE, JOB).getStatus();
                            return status == null ? new JobStatus() : status;
                        },
                        status -> status.getReady() != null && until.test(status));
    }

    private static boolean ended(JobStatus status) {
        return conditions(status).stream().anyMatch(c -> c.startsWith("Complete/") || c.startsWith("Failed/"));
    }

    private static List<String> conditions(JobStatus status) {
        return status.getConditions().stream()
                .map((JobCondition condition) -> condition.getType() + "/" + condition.getReason())
                .toList();
    }

    private List<Pod> podsOf(int index) {
        return cluster.pods(JOB).stream()
                .filter(pod -> pod.getMetadata()
                        .getLabels()
                        .get("batch.kubernetes.io/job-completion-index")
                        .equals(Integer.toString(index)))
                .toList();
    }

    private static int code(Pod pod) {
        return pod.getStatus()
                .getContainerStatuses()
                .getFirst()
                .getState()
                .getTerminated()
                .getExitCode();
    }

    private void touch(String name) {
        try {
            Files.createFile(folder.resolve(name));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private String log(Pod pod) {
        try {
            return Files.readString(folder.resolve(pod.getMetadata().getName()).resolve("log"))
                    .strip();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
