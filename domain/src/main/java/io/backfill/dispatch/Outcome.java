package io.backfill.dispatch;

import io.backfill.answers.Answer;
import java.time.Duration;
import java.util.Optional;

/** The result of one call. A value, never an exception: 50,000 failing lines must not throw 50,000 times. */
public sealed interface Outcome extends AutoCloseable {
    /** Releases the answer, if there is one. Idempotent. Does not throw. */
    @Override
    default void close() {}

    /** Returns the delay that an answer asks for. */
    default Optional<Duration> retryAfter() {
        return Optional.empty();
    }

    /**
     * The model answered, with any status.
     *
     * @param answer bytes of the answer; the holder of the outcome must hand it on or close it
     * @param location target of a redirect
     * @param requestId the model's own {@code x-request-id}, or else the one that was sent
     * @param retryAfter delay that the answer asks for
     * @param dropReason why a router in front of the model dropped the call; empty if the answer is the model's own
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
        /** Creates an answer in memory without a location. */
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
     * No complete answer arrived.
     *
     * @param sent whether part of the request may have reached the model; if not, the attempt cost the model nothing
     */
    record Unreachable(String reason, boolean sent) implements Outcome {}

    /** The answer is larger than this node accepts. The call was paid for, and another answer would be no smaller. */
    record AnswerTooLarge(String reason) implements Outcome {}

    /** No complete answer arrived within the model's time-out. */
    record TimedOut() implements Outcome {}

    /** The call was not made, or was ended early, because the batch is aborted. The line has no result. */
    record Cancelled() implements Outcome {}
}
