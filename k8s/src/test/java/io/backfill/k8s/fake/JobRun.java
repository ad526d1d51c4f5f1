package io.backfill.k8s.fake;

import io.backfill.k8s.fake.FailureRules.Action;
import io.backfill.offload.IndexRanges;
import io.fabric8.kubernetes.api.model.batch.v1.Job;
import io.fabric8.kubernetes.api.model.batch.v1.JobCondition;
import io.fabric8.kubernetes.api.model.batch.v1.JobConditionBuilder;
import io.fabric8.kubernetes.api.model.batch.v1.JobSpec;
import io.fabric8.kubernetes.api.model.batch.v1.JobStatus;
import io.fabric8.kubernetes.api.model.batch.v1.JobStatusBuilder;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * The state of one Job in its controller: which indexes are done, failed, running or due. Times are those of
 * {@link System#nanoTime}. Guarded by the controller's lock.
 */
final class JobRun {
    private static final Duration NO_GRACE = Duration.ZERO;

    private final PodStarter starter;
    private final Duration backoff;
    private final List<PodProcess> pods = new ArrayList<>();
    private final TreeMap<Integer, Tries> indexes = new TreeMap<>();
    private final TreeSet<Integer> succeeded = new TreeSet<>();
    private final TreeSet<Integer> failed = new TreeSet<>();
    private final List<JobCondition> conditions = new ArrayList<>();
    private Optional<JobCondition> failing = Optional.empty();
    private int failedPods;
    private long startedAt;
    private Instant startTime;
    private long endedAt;
    private Instant endTime;
    private int mostAtOnce;

    /** How often an index has been tried, and when it may be tried again. */
    private static final class Tries {
        private int failures;
        private int restarts;
        private long notBefore;
    }

    /** Creates the pods. */
    interface PodStarter {
        /** Returns a pod for this index, or empty if the cluster creates none now. */
        Optional<PodProcess> make(Job job, int index);

        /** Starts the program of an existing pod, unless something prevents it. */
        void tryStart(Job job, PodProcess pod);

        /** Writes the current state of the pod to the API. */
        void publish(PodProcess pod);
    }

    JobRun(PodStarter starter, Duration backoff) {
        this.starter = starter;
        this.backoff = backoff;
    }

    List<PodProcess> pods() {
        return pods;
    }

    int mostAtOnce() {
        return mostAtOnce;
    }

    boolean isEnded() {
        return endTime != null;
    }

    boolean hasLivePods() {
        return pods.stream().anyMatch(pod -> !pod.isEnded());
    }

    boolean isExpired(Job job, long now) {
        Integer ttl = job.getSpec().getTtlSecondsAfterFinished();
        return isEnded()
                && ttl != null
                && now - endedAt >= Duration.ofSeconds(ttl).toNanos();
    }

    Optional<PodProcess> live(int index) {
        return pods.stream()
                .filter(pod -> pod.index() == index && pod.isStarted() && !pod.isEnded())
                .findFirst();
    }

    /** Ends the pods, because the Job was deleted. */
    void end(Job job, long now) {
        terminateAll(grace(job), now);
        reap(job, now);
    }

    /** Processes all changes once. */
    void tick(Job job, long now) {
        reap(job, now);
        if (isEnded()) {
            return;
        }
        JobSpec spec = job.getSpec();
        if (Boolean.TRUE.equals(spec.getSuspend())) {
            terminateAll(grace(job), now);
            startTime = null;
            return;
        }
        if (startTime == null) {
            startTime = Instant.now();
            startedAt = now;
        }
        if (failing.isEmpty() && isPast(spec.getActiveDeadlineSeconds(), now)) {
            fail("DeadlineExceeded", "Job was active longer than specified deadline");
        }
        boolean all = succeeded.size() + failed.size() == spec.getCompletions();
        if (failing.isEmpty() && all && !failed.isEmpty()) {
            fail("FailedIndexes", "Job has failed indexes");
        }
        if (failing.isPresent()) {
            terminateAll(grace(job), now);
            if (!hasLivePods()) {
                finish("Failed", failing.get().getReason(), failing.get().getMessage(), now);
            }
        } else if (all) {
            condition("SuccessCriteriaMet", "CompletionsReached", "Reached expected number of succeeded pods");
            if (!hasLivePods()) {
                finish("Complete", "CompletionsReached", "Reached expected number of succeeded pods", now);
            }
        } else {
            startDue(job, now);
        }
    }

    private void startDue(Job job, long now) {
        pods.stream().filter(pod -> !pod.isEnded() && !pod.isStarted()).forEach(pod -> {
            starter.tryStart(job, pod);
            starter.publish(pod);
        });
        long active = pods.stream().filter(pod -> !pod.isEnded()).count();
        for (int index = 0;
                index < job.getSpec().getCompletions() && active < job.getSpec().getParallelism();
                index++) {
            int wanted = index;
            Tries tries = indexes.computeIfAbsent(index, i -> new Tries());
            boolean busy = pods.stream().anyMatch(pod -> pod.index() == wanted && !pod.isEnded());
            if (succeeded.contains(index) || failed.contains(index) || busy || now - tries.notBefore < 0) {
                continue;
            }
            Optional<PodProcess> made = starter.make(job, index);
            if (made.isEmpty()) {
                break;
            }
            pods.add(made.get());
            starter.tryStart(job, made.get());
            starter.publish(made.get());
            active++;
        }
        mostAtOnce = Math.max(mostAtOnce, (int)
                pods.stream().filter(pod -> pod.isStarted() && !pod.isEnded()).count());
    }

    private void reap(Job job, long now) {
        for (PodProcess pod : pods) {
            if (pod.reap(now)) {
                starter.publish(pod);
                ended(job, pod, now);
            }
        }
    }

    private void ended(Job job, PodProcess pod, long now) {
        if (pod.succeeded()) {
            succeeded.add(pod.index());
            return;
        }
        boolean ending = failing.isPresent()
                || job.getMetadata().getDeletionTimestamp() != null
                || Boolean.TRUE.equals(job.getSpec().getSuspend());
        if (ending) {
            return;
        }
        Tries tries = indexes.computeIfAbsent(pod.index(), i -> new Tries());
        Action action = FailureRules.of(job.getSpec(), pod.pod(), pod.exitCode());
        switch (action) {
            case Ignore -> tries.notBefore = now + backoff.toNanos();
            case Count -> {
                failedPods++;
                tries.failures++;
                Integer limit = job.getSpec().getBackoffLimitPerIndex();
                if (limit != null && tries.failures > limit) {
                    failIndex(job, pod.index());
                }
                tries.notBefore = now + backoff.toNanos() * (1L << Math.min(tries.restarts, 6));
                tries.restarts++;
            }
            case FailIndex -> {
                failedPods++;
                failIndex(job, pod.index());
            }
            case FailJob -> {
                failedPods++;
                fail(
                        "PodFailurePolicy",
                        "Container worker for pod " + pod.name() + " failed with exit code " + pod.exitCode()
                                + " matching FailJob rule");
            }
        }
    }

    private void failIndex(Job job, int index) {
        failed.add(index);
        Integer most = job.getSpec().getMaxFailedIndexes();
        if (most != null && failed.size() > most) {
            fail("MaxFailedIndexesExceeded", "Job has exceeded the specified maximal number of failed indexes");
        }
    }

    private void fail(String reason, String message) {
        if (failing.isEmpty()) {
            failing = Optional.of(condition("FailureTarget", reason, message));
        }
    }

    private void finish(String type, String reason, String message, long now) {
        condition(type, reason, message);
        endTime = Instant.now();
        endedAt = now;
    }

    private JobCondition condition(String type, String reason, String message) {
        return conditions.stream()
                .filter(known -> known.getType().equals(type))
                .findFirst()
                .orElseGet(() -> {
                    JobCondition added = new JobConditionBuilder()
                            .withType(type)
                            .withStatus("True")
                            .withReason(reason)
                            .withMessage(message)
                            .withLastTransitionTime(Instant.now().toString())
                            .build();
                    conditions.add(added);
                    return added;
                });
    }

    private void terminateAll(Duration grace, long now) {
        pods.forEach(pod -> {
            boolean started = pod.isStarted();
            pod.terminate(started ? grace : NO_GRACE, now);
            if (!started) {
                starter.publish(pod);
            }
        });
    }

    private boolean isPast(Long deadlineSeconds, long now) {
        return deadlineSeconds != null
                && now - startedAt >= Duration.ofSeconds(deadlineSeconds).toNanos();
    }

    static Duration grace(Job job) {
        Long seconds = job.getSpec().getTemplate().getSpec().getTerminationGracePeriodSeconds();
        return Duration.ofSeconds(seconds == null ? 30 : seconds);
    }

    JobStatus status() {
        long active = pods.stream()
                .filter(pod -> !pod.isEnded() && !pod.isTerminating())
                .count();
        long ready = pods.stream()
                .filter(pod -> pod.isStarted() && !pod.isEnded() && !pod.isTerminating())
                .count();
        long terminating = pods.stream()
                .filter(pod -> !pod.isEnded() && pod.isTerminating())
                .count();
        return new JobStatusBuilder()
                .withActive(active == 0 ? null : (int) active)
                .withReady((int) ready)
                .withTerminating((int) terminating)
                .withSucceeded(succeeded.isEmpty() ? null : succeeded.size())
                .withFailed(failedPods == 0 ? null : failedPods)
                .withCompletedIndexes(succeeded.isEmpty() ? null : IndexRanges.format(List.copyOf(succeeded)))
                .withFailedIndexes(failed.isEmpty() ? "" : IndexRanges.format(List.copyOf(failed)))
                .withConditions(List.copyOf(conditions))
                .withStartTime(startTime == null ? null : startTime.toString())
                .withCompletionTime(
                        conditions.stream().anyMatch(c -> c.getType().equals("Complete")) ? endTime.toString() : null)
                .build();
    }
}
