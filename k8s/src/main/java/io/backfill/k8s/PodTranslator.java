package io.backfill.k8s;

import io.backfill.offload.ShardJobState;
import io.backfill.offload.ShardProblem;
import io.backfill.offload.ShardProblem.Kind;
import io.fabric8.kubernetes.api.model.ContainerState;
import io.fabric8.kubernetes.api.model.ContainerStateTerminated;
import io.fabric8.kubernetes.api.model.ContainerStateWaiting;
import io.fabric8.kubernetes.api.model.ContainerStatus;
import io.fabric8.kubernetes.api.model.Event;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodCondition;
import io.fabric8.kubernetes.api.model.PodStatus;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** Derives the problems of one Job from its pods and events. */
final class PodTranslator {
    private static final Set<String> IMAGE_REASONS = Set.of(
            "ErrImagePull",
            "ImagePullBackOff",
            "InvalidImageName",
            "ErrImageNeverPull",
            "ImageInspectError",
            "RegistryUnavailable",
            "SignatureValidationFailed");
    private static final Set<String> CONFIGURATION_REASONS = Set.of(
            "CreateContainerConfigError",
            "CreateContainerError",
            "RunContainerError",
            "StartError",
            "ContainerCannotRun");

    private final List<Integer> partitions;

    /** @param partitions the partitions of the Job, in index order */
    PodTranslator(List<Integer> partitions) {
        this.partitions = partitions;
    }

    /** Returns the problems, at most one per pod and event: the most significant kinds first, then by partition. */
    List<ShardProblem> problems(List<Pod> pods, List<Event> events) {
        List<ShardProblem> found = new ArrayList<>();
        pods.forEach(pod -> of(pod).ifPresent(found::add));
        events.forEach(event -> of(event).ifPresent(found::add));
        return found.stream()
                .sorted(Comparator.comparing(ShardProblem::kind)
                        .thenComparing(problem -> problem.partition().orElse(-1)))
                .limit(ShardJobState.MOST_PROBLEMS)
                .toList();
    }

    private Optional<ShardProblem> of(Pod pod) {
        PodStatus status = pod.getStatus();
        if (status == null) {
            return Optional.empty();
        }
        OptionalInt partition = partition(pod);
        return disrupted(status, partition)
                .or(() -> containers(status)
                        .map(container -> of(container, partition))
                        .flatMap(Optional::stream)
                        .min(Comparator.comparing(ShardProblem::kind)))
                .or(() -> unschedulable(status, partition));
    }

    private static Optional<ShardProblem> disrupted(PodStatus status, OptionalInt partition) {
        return condition(status, "DisruptionTarget", "True")
                .map(condition -> problem(Kind.DISRUPTED, partition, condition.getReason(), condition.getMessage()));
    }

    private static Optional<ShardProblem> unschedulable(PodStatus status, OptionalInt partition) {
        return condition(status, "PodScheduled", "False")
                .map(condition ->
                        problem(Kind.UNSCHEDULABLE, partition, condition.getReason(), condition.getMessage()));
    }

    private static Optional<ShardProblem> of(ContainerStatus container, OptionalInt partition) {
        ContainerState state = container.getState();
        if (state == null) {
            return Optional.empty();
        }
        ContainerStateWaiting waiting = state.getWaiting();
        if (waiting != null && waiting.getReason() != null) {
            return kind(waiting.getReason())
                    .map(kind -> problem(kind, partition, waiting.getReason(), waiting.getMessage()));
        }
        ContainerStateTerminated ended = state.getTerminated();
        if (ended == null) {
            return Optional.empty();
        }
        // a child process may have been killed for its memory use although the program itself exited with 0
        if ("OOMKilled".equals(ended.getReason())) {
            return Optional.of(problem(Kind.OUT_OF_MEMORY, partition, "OOMKilled", ended.getMessage()));
        }
        Integer code = ended.getExitCode();
        return code == null || code == 0
                ? Optional.empty()
                : Optional.of(problem(Kind.EXIT, partition, "exit code " + code, ended.getMessage()));
    }

    private static Optional<Kind> kind(String waitingReason) {
        if (IMAGE_REASONS.contains(waitingReason)) {
            return Optional.of(Kind.IMAGE);
        }
        return CONFIGURATION_REASONS.contains(waitingReason) ? Optional.of(Kind.CONFIGURATION) : Optional.empty();
    }

    /** Violations of quota, admission and pod security appear only in events of the Job. */
    private static Optional<ShardProblem> of(Event event) {
        return "FailedCreate".equals(event.getReason())
                ? Optional.of(problem(Kind.REFUSED, OptionalInt.empty(), "FailedCreate", event.getMessage()))
                : Optional.empty();
    }

    private static Stream<ContainerStatus> containers(PodStatus status) {
        return Stream.concat(status.getInitContainerStatuses().stream(), status.getContainerStatuses().stream());
    }

    private static Optional<PodCondition> condition(PodStatus status, String type, String value) {
        return status.getConditions().stream()
                .filter(condition -> type.equals(condition.getType()) && value.equals(condition.getStatus()))
                .findFirst();
    }

    private OptionalInt partition(Pod pod) {
        Map<String, String> labels = pod.getMetadata().getLabels();
        Map<String, String> annotations = pod.getMetadata().getAnnotations();
        String index = labels.getOrDefault(JobLabels.INDEX, annotations.getOrDefault(JobLabels.INDEX, ""));
        try {
            int number = Integer.parseInt(index);
            return number >= 0 && number < partitions.size()
                    ? OptionalInt.of(partitions.get(number))
                    : OptionalInt.empty();
        } catch (NumberFormatException e) {
            return OptionalInt.empty();
        }
    }

    private static ShardProblem problem(
            Kind kind, OptionalInt partition, @Nullable String reason, @Nullable String message) {
        String said = message == null ? "" : message.strip();
        String why = reason == null ? "" : reason;
        return new ShardProblem(kind, partition, said.isEmpty() ? why : why + ": " + said);
    }
}
