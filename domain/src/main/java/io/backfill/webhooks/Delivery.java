package io.backfill.webhooks;

import io.backfill.ids.DeliveryId;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;

/**
 * The delivery of one event to one endpoint: a row of the outbox.
 *
 * @param endpoint id of a tenant's endpoint, or {@link OperatorEndpoint#id}
 * @param attempts attempts that ended, by their result
 * @param last the last of them; empty before the first one ended
 * @param nextAttempt when it is attempted next; while an attempt is made, when its lease ends; empty once the delivery has ended
 * @param until when it is given up
 * @param claims counts claims; fences the result of an attempt whose lease has ended
 */
public record Delivery(
        DeliveryId id,
        String endpoint,
        WebhookEvent event,
        State state,
        int attempts,
        Optional<Attempt> last,
        Optional<Instant> nextAttempt,
        Instant until,
        long claims) {
    /** How long a delivery is retried. */
    public static final Duration RETRIED = Duration.ofHours(72);

    /** How long a delivery is kept after its creation. */
    public static final Duration KEPT = Duration.ofDays(30);

    /** The state of a delivery. */
    public enum State {
        /** To be attempted, or being attempted. */
        PENDING("pending"),
        /** The receiver answered 2xx. */
        DELIVERED("delivered"),
        /** Given up. It can be redelivered. */
        FAILED("failed");

        private final String wireName;

        State(String wireName) {
            this.wireName = wireName;
        }

        public String wireName() {
            return wireName;
        }
    }

    /**
     * The result of one attempt.
     *
     * @param at when it ended
     * @param status the receiver's HTTP status; 0 if there was no answer
     * @param error why it failed; empty if it succeeded
     */
    public record Attempt(Instant at, int status, String error) {
        public boolean succeeded() {
            return error.isEmpty();
        }
    }
}
