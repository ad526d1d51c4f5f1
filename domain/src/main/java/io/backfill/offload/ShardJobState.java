package io.backfill.offload;

import io.backfill.ids.BatchId;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * State of one Job as reported by the cluster. All of it is only a hint: a partition is done when its checkpoint in the store says
 * so. An index can count as succeeded although its program was killed, and the succeeded partitions of a failed Job are
 * nevertheless done.
 *
 * @param partitions that this Job runs, in the order of its indexes; taken from the Job, not from the caller's request
 * @param active pods that exist and have not ended
 * @param ready active pods that are running
 * @param succeeded partitions whose pod ended with exit code 0
 * @param failed partitions that the cluster has given up
 * @param reason of a terminal phase, in the cluster's words; empty in other phases
 * @param problems latest problems of pods, the most specific first, at most {@value #MOST_PROBLEMS}
 * @param createdAt by the cluster's clock
 * @param startedAt when the cluster began to create pods; empty while the Job is suspended
 */
public record ShardJobState(
        BatchId batch,
        int generation,
        List<Integer> partitions,
        Phase phase,
        int active,
        int ready,
        Set<Integer> succeeded,
        Set<Integer> failed,
        String reason,
        List<ShardProblem> problems,
        Instant createdAt,
        Optional<Instant> startedAt) {
    public static final int MOST_PROBLEMS = 10;

    /** Phase of a Job. */
    public enum Phase {
        /** Held back by a queue of the cluster. The Job has no pods, and the start time-out does not run. */
        SUSPENDED,
        /**
         * No pod is running: none has started yet, or the next attempt has not. The gateway must limit how long this lasts,
         * because the cluster waits indefinitely for an image, a quota or a node.
         */
        WAITING,
        /** At least one pod is running. */
        RUNNING,
        /** The Job is being deleted, and its pods are being ended. */
        DELETING,
        /** Every index succeeded, and all pods are gone. */
        COMPLETE,
        /** The Job ended, not every index succeeded, and all pods are gone. */
        FAILED;

        /** Whether this phase is final. */
        public boolean ended() {
            return this == COMPLETE || this == FAILED;
        }
    }

    public ShardJobState {
        partitions = List.copyOf(partitions);
        succeeded = Set.copyOf(succeeded);
        failed = Set.copyOf(failed);
        problems = List.copyOf(problems.subList(0, Math.min(problems.size(), MOST_PROBLEMS)));
    }

    /** Returns the number of problems of this kind. */
    int count(ShardProblem.Kind kind) {
        return (int) problems.stream().filter(problem -> problem.kind() == kind).count();
    }

    public String name() {
        return ShardJobSpec.name(batch, generation);
    }
}
