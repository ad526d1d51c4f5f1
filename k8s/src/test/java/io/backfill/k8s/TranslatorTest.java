package io.backfill.k8s;

import static org.assertj.core.api.Assertions.assertThat;

import io.backfill.offload.ShardJobState;
import io.backfill.offload.ShardJobState.Phase;
import io.backfill.offload.ShardProblem;
import io.backfill.offload.ShardProblem.Kind;
import io.fabric8.kubernetes.api.model.Event;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.batch.v1.Job;
import io.fabric8.kubernetes.api.model.batch.v1.JobBuilder;
import io.fabric8.kubernetes.api.model.batch.v1.JobStatus;
import io.fabric8.kubernetes.client.utils.KubernetesSerialization;
import java.util.List;
import java.util.OptionalInt;
import java.util.Set;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class TranslatorTest {
    private static final KubernetesSerialization YAML = new KubernetesSerialization();

    private final Job job = new JobTemplate(Offloads.config()).job(Offloads.spec(Offloads.BATCH, 1, 2, 4, 6, 8));

    @Test
    void partitionsShouldBeThoseOfTheJobsListAndForeignIndexesIgnored() {
        ShardJobState state = read("""
                active: 1
                ready: 1
                completedIndexes: "0,2-5"
                failedIndexes: "1"
                startTime: "2026-11-20T10:00:00Z"
                """);

        assertThat(state.phase()).isEqualTo(Phase.RUNNING);
        assertThat(state.succeeded()).isEqualTo(Set.of(4, 8));
        assertThat(state.failed()).isEqualTo(Set.of(6));
        assertThat(state.startedAt()).hasValueSatisfying(at -> assertThat(at).hasToString("2026-11-20T10:00:00Z"));
    }

    @Test
    void jobShouldHaveEndedOnlyWithItsTerminalCondition() {
        assertThat(read("{completedIndexes: 0-2, conditions: [{type: SuccessCriteriaMet, status: 'True'}]}")
                        .phase())
                .isEqualTo(Phase.WAITING);
        assertThat(read("{conditions: [{type: FailureTarget, status: 'True', reason: x}]}")
                        .phase())
                .isEqualTo(Phase.WAITING);
        ShardJobState failed = read(
                "{conditions: [{type: FailureTarget, status: 'True'}, {type: Failed, status: 'True', reason: DeadlineExceeded,"
                        + " message: too long}]}");
        assertThat(failed.phase()).isEqualTo(Phase.FAILED);
        assertThat(failed.reason()).isEqualTo("DeadlineExceeded: too long");
        assertThat(read("{conditions: [{type: Failed, status: 'False'}]}").phase())
                .isEqualTo(Phase.WAITING);
    }

    @Test
    void jobThatIsNotWhatItsLabelsSayShouldNotBeRead() {
        assertThat(JobTranslator.read(null, List.of())).isEmpty();
        assertThat(JobTranslator.read(new Job(), List.of())).isEmpty();
        assertThat(JobTranslator.read(label("backfill.io/batch-id", "batch_1"), List.of()))
                .isEmpty();
        assertThat(JobTranslator.read(label("backfill.io/generation", "2"), List.of()))
                .isEmpty();
        assertThat(JobTranslator.read(label("backfill.io/generation", "one"), List.of()))
                .isEmpty();
        assertThat(JobTranslator.read(
                        new JobBuilder(job)
                                .editSpec()
                                .withCompletions(4)
                                .endSpec()
                                .build(),
                        List.of()))
                .isEmpty();
        assertThat(JobTranslator.read(
                        new JobBuilder(job)
                                .editMetadata()
                                .addToAnnotations("backfill.io/partitions", "8,4")
                                .endMetadata()
                                .build(),
                        List.of()))
                .isEmpty();
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
                    ErrImagePull               | IMAGE
                    ImagePullBackOff           | IMAGE
                    InvalidImageName           | IMAGE
                    CreateContainerConfigError | CONFIGURATION
                    CreateContainerError       | CONFIGURATION
                    """)
    void podThatWaitsForEverShouldSayWhy(String reason, Kind kind) {
        assertThat(problems(pod(
                        1,
                        "containerStatuses: [{name: worker, state: {waiting: {reason: %s, message: why}}}]"
                                .formatted(reason))))
                .containsExactly(new ShardProblem(kind, OptionalInt.of(6), reason + ": why"));
    }

    @Test
    void podThatIsWellOrJustStartingShouldBeNoProblem() {
        assertThat(
                        problems(
                                pod(
                                        0,
                                        "containerStatuses: [{name: worker, state: {waiting: {reason: ContainerCreating}}}]"),
                                pod(1, "containerStatuses: [{name: worker, state: {running: {}}}]"),
                                pod(
                                        2,
                                        "containerStatuses: [{name: worker, state: {terminated: {exitCode: 0, reason: Completed}}}]")))
                .isEmpty();
    }

    @Test
    void memoryThatRanOutShouldBeSeenBehindAnyExitCodeAndDisruptionBeforeIt() {
        assertThat(
                        problems(
                                pod(
                                        0,
                                        "containerStatuses: [{name: worker, state: {terminated: {exitCode: 0, reason: OOMKilled}}}]"),
                                pod(
                                        1,
                                        "containerStatuses: [{name: worker, state: {terminated: {exitCode: 137, reason: OOMKilled}}}]"),
                                pod(
                                        2,
                                        "{conditions: [{type: DisruptionTarget, status: 'True', reason: PreemptionByScheduler}],"
                                                + " containerStatuses: [{name: worker, state: {terminated: {exitCode: 143, reason: Error}}}]}")))
                .extracting(ShardProblem::kind)
                .containsExactly(Kind.OUT_OF_MEMORY, Kind.OUT_OF_MEMORY, Kind.DISRUPTED);
    }

    @Test
    void mostTellingProblemShouldComeFirstAndThereShouldNotBeTooMany() {
        List<Pod> pods = IntStream.range(0, 50)
                .mapToObj(i -> pod(
                        i % 3,
                        "containerStatuses: [{name: worker, state: {terminated: {exitCode: 1, message: 'line'}}}]"))
                .toList();
        Event event = YAML.unmarshal(
                "# YAML\n{kind: Event, apiVersion: v1, reason: FailedCreate, message: 'exceeded quota', involvedObject: {name: x}}",
                Event.class);

        List<ShardProblem> problems = new PodTranslator(List.of(4, 6, 8)).problems(pods, List.of(event));

        assertThat(problems).hasSize(10);
        assertThat(problems.getFirst().kind()).isEqualTo(Kind.REFUSED);
        assertThat(problems.get(1).message()).isEqualTo("exit code 1: line");
    }

    private ShardJobState read(String status) {
        Job with = new JobBuilder(job)
                .withStatus(YAML.unmarshal("# YAML\n" + status, JobStatus.class))
                .build();
        return JobTranslator.read(with, List.of()).orElseThrow();
    }

    private Job label(String name, String value) {
        return new JobBuilder(job)
                .editMetadata()
                .addToLabels(name, value)
                .endMetadata()
                .build();
    }

    private static List<ShardProblem> problems(Pod... pods) {
        return new PodTranslator(List.of(4, 6, 8)).problems(List.of(pods), List.of());
    }

    private static Pod pod(int index, String status) {
        String indented = status.strip();
        return YAML.unmarshal(
                """
                apiVersion: v1
                kind: Pod
                metadata:
                  name: p
                  labels: {batch.kubernetes.io/job-completion-index: "%d"}
                status: %s
                """.formatted(index, indented.startsWith("{") ? indented : "{" + indented + "}"), Pod.class);
    }
}
