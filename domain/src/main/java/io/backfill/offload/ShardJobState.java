package io.backfill.offload;

import io.backfill.ids.BatchId;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * What the cluster says of one Job. All of it is a hint: a partition is done when its checkpoint in the store says so, whatever
 * stands here (an index can count as succeeded although its program was killed), and a Job that failed has still done what its
 * succeeded partitions say.
 *
 * @param partitions that this Job runs, in the order of its indexes; of the Job itself, not of who asks
 * @param active pods that are there and have not ended
 * @param ready those of them that run
 * @param succeeded partitions whose pod ended with exit code 0
 * @param failed partitions that the cluster has given up
 * @param reason of a terminal phase, in the cluster's words; empty in another
 * @param problems newest findings about pods, the most telling first, at most {@value #MOST_PROBLEMS}
 * @param createdAt by the cluster's clock
 * @param startedAt when the cluster began to make pods; empty while it is suspended
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

    /** Where a Job stands. */
    public enum Phase {
        /** A queue of the cluster holds it back; it has no pods, and no start deadline runs. */
        SUSPENDED,
        /**
         * No pod runs now: none has started yet, or the next attempt has not. For how long is for the gateway to watch; the
         * cluster waits for ever for an image, a quota or a node.
         */
        WAITING,
        /** A pod runs. */
        RUNNING,
        /** It was told to go away; its pods are being ended. */
        DELETING,
        /** Every index succeeded, and all pods are gone. */
        COMPLETE,
        /** It ended, and not every index succeeded; all pods are gone. */
        FAILED;

        /** Whether nothing will happen any more. */
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

    public String name() {
        return ShardJobSpec.name(batch, generation);
    }
}
