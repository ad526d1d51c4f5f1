package io.backfill.k8s;

import io.backfill.ids.BatchId;
import io.backfill.offload.IndexRanges;
import io.backfill.offload.ShardJobSpec;
import io.backfill.offload.ShardJobState;
import io.backfill.offload.ShardJobState.Phase;
import io.backfill.offload.ShardProblem;
import io.fabric8.kubernetes.api.model.batch.v1.Job;
import io.fabric8.kubernetes.api.model.batch.v1.JobCondition;
import io.fabric8.kubernetes.api.model.batch.v1.JobStatus;
import java.time.Instant;
import java.time.format.DateTimeParseException;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Translates a Kubernetes Job to the domain's view of it. */
final class JobTranslator {
    private JobTranslator() {}

    /**
     * Returns the state of a Job of this product; empty for any other Job: labels are missing, or name, batch, generation and
     * partitions are inconsistent.
     */
    static Optional<ShardJobState> read(@Nullable Job job, List<ShardProblem> problems) {
        if (job == null || job.getMetadata() == null || job.getSpec() == null) {
            return Optional.empty();
        }
        Map<String, String> labels = job.getMetadata().getLabels();
        Map<String, String> annotations = job.getMetadata().getAnnotations();
        try {
            BatchId batch = new BatchId(labels.getOrDefault(JobLabels.BATCH, ""));
            int generation = Integer.parseInt(labels.getOrDefault(JobLabels.GENERATION, ""));
            List<Integer> partitions = IndexRanges.parse(annotations.getOrDefault(JobLabels.PARTITIONS, ""));
            if (!ShardJobSpec.name(batch, generation).equals(job.getMetadata().getName())
                    || partitions.size() != number(job.getSpec().getCompletions())) {
                return Optional.empty();
            }
            return Optional.of(read(job, batch, generation, partitions, problems));
        } catch (IllegalArgumentException e) {
            return Optional.empty();
        }
    }

    private static ShardJobState read(
            Job job, BatchId batch, int generation, List<Integer> partitions, List<ShardProblem> problems) {
        JobStatus status = job.getStatus() == null ? new JobStatus() : job.getStatus();
        Phase phase = phase(job, status);
        return new ShardJobState(
                batch,
                generation,
                partitions,
                phase,
                number(status.getActive()),
                number(status.getReady()),
                partitions(status.getCompletedIndexes(), partitions),
                partitions(status.getFailedIndexes(), partitions),
                phase.ended() ? reason(status) : "",
                problems,
                time(job.getMetadata().getCreationTimestamp()).orElse(Instant.EPOCH),
                time(status.getStartTime()));
    }

    private static Phase phase(Job job, JobStatus status) {
        if (job.getMetadata().getDeletionTimestamp() != null) {
            return Phase.DELETING;
        }
        if (condition(status, "Complete").isPresent()) {
            return Phase.COMPLETE;
        }
        if (condition(status, "Failed").isPresent()) {
            return Phase.FAILED;
        }
        if (Boolean.TRUE.equals(job.getSpec().getSuspend())) {
            return Phase.SUSPENDED;
        }
        return number(status.getReady()) > 0 ? Phase.RUNNING : Phase.WAITING;
    }

    private static String reason(JobStatus status) {
        return condition(status, "Failed")
                .or(() -> condition(status, "Complete"))
                .map(condition -> text(condition.getReason())
                        + (text(condition.getMessage()).isEmpty() ? "" : ": " + condition.getMessage()))
                .orElse("");
    }

    private static Optional<JobCondition> condition(JobStatus status, String type) {
        return status.getConditions().stream()
                .filter(condition -> type.equals(condition.getType()) && "True".equals(condition.getStatus()))
                .findFirst();
    }

    /** Maps indexes to partitions by their position in the list. Ignores indexes beyond its end. */
    private static Set<Integer> partitions(@Nullable String indexes, List<Integer> partitions) {
        Set<Integer> found = new HashSet<>();
        for (int index : IndexRanges.parse(text(indexes))) {
            if (index < partitions.size()) {
                found.add(partitions.get(index));
            }
        }
        return found;
    }

    private static Optional<Instant> time(@Nullable String timestamp) {
        try {
            return timestamp == null ? Optional.empty() : Optional.of(Instant.parse(timestamp));
        } catch (DateTimeParseException e) {
            return Optional.empty();
        }
    }

    private static int number(@Nullable Integer number) {
        return number == null ? 0 : number;
    }

    private static String text(@Nullable String text) {
        return text == null ? "" : text;
    }
}
