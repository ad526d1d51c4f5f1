package io.backfill.offload;

import java.util.OptionalInt;

/**
 * Why pods do not start, or why one ended.
 *
 * @param partition of the pod; empty if the problem concerns the Job
 * @param message from the cluster, or the last lines of the pod's output, at most {@value #MOST_CHARACTERS} characters; for
 *     operators
 */
public record ShardProblem(Kind kind, OptionalInt partition, String message) {
    static final int MOST_CHARACTERS = 1000;

    /** Kind of problem. Constants declared earlier are more specific. */
    public enum Kind {
        /** The image cannot be pulled or its name is invalid. The cluster retries indefinitely. */
        IMAGE,
        /** The pod's configuration cannot be assembled, for example because a Secret is missing. The cluster retries indefinitely. */
        CONFIGURATION,
        /** The cluster rejects new pods because of a quota, admission control or pod security. It retries indefinitely. */
        REFUSED,
        /** No node can currently take the pod. The cluster retries indefinitely. */
        UNSCHEDULABLE,
        /** The pod exceeded its memory limit. It is restarted and will probably fail again. */
        OUT_OF_MEMORY,
        /** The pod ended with a nonzero exit code. */
        EXIT,
        /** The pod was evicted or preempted, or its node was lost. It is restarted, and the failure is not counted. */
        DISRUPTED
    }

    public ShardProblem {
        message = message.length() <= MOST_CHARACTERS ? message : message.substring(message.length() - MOST_CHARACTERS);
    }
}
