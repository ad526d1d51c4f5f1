package io.backfill.offload;

import java.util.OptionalInt;

/**
 * Why pods do not start, or how one ended.
 *
 * @param partition whose pod it was; empty when it concerns the Job
 * @param message of the cluster or the last lines of the pod, at most {@value #MOST_CHARACTERS} characters; for operators
 */
public record ShardProblem(Kind kind, OptionalInt partition, String message) {
    static final int MOST_CHARACTERS = 1000;

    /** What kind it is; the earlier one of two tells more. */
    public enum Kind {
        /** The image cannot be pulled, or its name is none. The cluster tries for ever. */
        IMAGE,
        /** The pod's settings cannot be put together, such as a Secret that is not there. The cluster tries for ever. */
        CONFIGURATION,
        /** The cluster lets no pod be made: quota, admission, pod security. It tries for ever. */
        REFUSED,
        /** No node takes the pod now. The cluster tries for ever. */
        UNSCHEDULABLE,
        /** The pod took more memory than its limit. It is tried again, and will probably end the same way. */
        OUT_OF_MEMORY,
        /** The pod ended with an exit code that is not 0. */
        EXIT,
        /** The pod was evicted or preempted, or its node went away. Tried again, and counted nowhere. */
        DISRUPTED
    }

    public ShardProblem {
        message = message.length() <= MOST_CHARACTERS ? message : message.substring(message.length() - MOST_CHARACTERS);
    }
}
