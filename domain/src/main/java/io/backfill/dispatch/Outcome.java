package io.backfill.dispatch;

import io.backfill.answers.Answer;
import java.time.Duration;
import java.util.Optional;

/** What came of one call. A value, never an exception: 50,000 failing lines must not throw 50,000 times. */
public sealed interface Outcome extends AutoCloseable {
    /** Gives up the answer, if there is one. Idempotent, does not throw. */
    @Override
    default void close() {}

    /**
     * The model answered, whatever the status.
     *
     * @param answer its bytes; whoever has the outcome hands it on or closes it
     * @param location where a redirect points to
     * @param requestId the model's own {@code x-request-id}, or ours
     * @param retryAfter what it asked for
     * @param dropReason why a router in front of the model dropped the call; empty when the answer is the model's own
     */
    record Answered(
            int status,
            Answer answer,
            String contentType,
            Optional<String> location,
            String requestId,
            Optional<Duration> retryAfter,
            Optional<String> dropReason)
            implements Outcome {
        /** An answer in memory that points nowhere. */
        public Answered(
                int status,
                byte[] body,
                String contentType,
                String requestId,
                Optional<Duration> retryAfter,
                Optional<String> dropReason) {
            this(status, Answer.of(body), contentType, Optional.empty(), requestId, retryAfter, dropReason);
        }

        @Override
        public void close() {
            answer.close();
        }
    }

    /**
     * No whole answer came.
     *
     * @param sent something of the request may have reached the model; otherwise the attempt cost it nothing
     */
    record Unreachable(String reason, boolean sent) implements Outcome {}

    /** The answer is larger than this node takes; the call was paid for, and another would be no smaller. */
    record AnswerTooLarge(String reason) implements Outcome {}

    /** No whole answer came within the model's time-out. */
    record TimedOut() implements Outcome {}

    /** The call was not made, or was ended early, because the batch is aborted. There is no result. */
    record Cancelled() implements Outcome {}
}
