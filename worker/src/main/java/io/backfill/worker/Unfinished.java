package io.backfill.worker;

import io.backfill.dispatch.AbortCause;
import java.util.Optional;

/**
 * Why a shard is not done although its job has ended.
 *
 * @param cause of the abort, if there was one
 * @param failure of the job, if it failed
 * @param noted by whoever met the failure first
 */
record Unfinished(Optional<AbortCause> cause, Optional<Exception> failure, Optional<String> noted) {
    PodFailure toFailure() {
        if (cause.isEmpty() || cause.get() == AbortCause.BROKEN_STORAGE) {
            return broken();
        }
        return switch (cause.get()) {
            case SHUTDOWN ->
                new PodFailure(
                        ExitCode.TERMINATED,
                        "the cluster ended this pod; what was answered is saved, and another attempt goes on");
            case LOST_LEASE ->
                new PodFailure(
                        ExitCode.TEMPORARY,
                        "a later attempt or a gateway has taken over this shard, or the store has not answered for "
                                + ShardFence.LENGTH.toSeconds()
                                + " s; nothing is to be done unless no attempt gets on: then look at the store");
            case DEADLINE ->
                new PodFailure(
                        ExitCode.TEMPORARY,
                        "the deadline of the batch has passed; the gateway makes its files of what is saved");
            default -> broken();
        };
    }

    private PodFailure broken() {
        if (failure.isEmpty()) {
            return new PodFailure(
                    noted.isPresent() ? ExitCode.UNAVAILABLE : ExitCode.BUG,
                    "the job ended before its shard did: " + noted.orElse("nobody knows why; its log above may tell"));
        }
        String why = noted.orElseGet(() -> String.valueOf(failure.get().getMessage()));
        ExitCode code = ExitCode.of(failure.get());
        return new PodFailure(
                code,
                switch (code) {
                    case BAD_DATA ->
                        "plan or input of the batch cannot be read: " + why
                                + ". Was something deleted in the store? Create the batch anew";
                    case NOT_PERMITTED ->
                        "the store refuses this pod: " + why + ". It needs to read and write where the gateway does";
                    case BUG -> "the job failed: " + why;
                    default -> "the store failed: " + why + ". What was answered before is saved";
                },
                failure.get());
    }
}
