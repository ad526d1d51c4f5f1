package io.backfill.worker;

import io.backfill.dispatch.AbortCause;
import java.util.Optional;

/**
 * The reason why a shard is incomplete although its job has ended.
 *
 * @param cause the cause of the abort, if there was one
 * @param failure the failure of the job, if it failed
 * @param noted the first recorded message about the failure
 */
record ShardFailure(Optional<AbortCause> cause, Optional<Exception> failure, Optional<String> noted) {
    PodFailure toPodFailure() {
        if (cause.isEmpty() || cause.get() == AbortCause.BROKEN_STORAGE) {
            return broken();
        }
        return switch (cause.get()) {
            case SHUTDOWN ->
                new PodFailure(
                        ExitCode.TERMINATED,
                        "the cluster terminated this pod; results so far are saved, and another pod or the gateway"
                                + " resumes the shard unless its batch has ended or was cancelled");
            case LOST_LEASE ->
                new PodFailure(
                        ExitCode.TEMPORARY,
                        "a later attempt or a gateway has taken over this shard, or the store has not answered for "
                                + ShardFence.LENGTH.toSeconds()
                                + " s; no action is needed unless no attempt makes progress: then check the store");
            case DEADLINE ->
                new PodFailure(
                        ExitCode.TEMPORARY,
                        "the deadline of the batch has passed; the gateway creates its files from the saved results");
            default -> broken();
        };
    }

    private PodFailure broken() {
        if (failure.isEmpty()) {
            return new PodFailure(
                    noted.isPresent() ? ExitCode.UNAVAILABLE : ExitCode.BUG,
                    "the job ended before its shard was complete: " + noted.orElse("cause unknown; see the log above"));
        }
        String why = noted.orElseGet(() -> String.valueOf(failure.get().getMessage()));
        ExitCode code = ExitCode.of(failure.get());
        return new PodFailure(
                code,
                switch (code) {
                    case BAD_DATA ->
                        "plan or input of the batch cannot be read: " + why
                                + ". Check whether objects in the store were deleted, and create the batch again";
                    case NOT_PERMITTED ->
                        "the store denied access: " + why + ". A pod needs the gateway's permissions to read and write";
                    case BUG -> "the job failed: " + why;
                    default -> "the store failed: " + why + ". Results before this failure are saved";
                },
                failure.get());
    }
}
