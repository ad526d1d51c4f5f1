package io.backfill.api.webhooks;

import com.fasterxml.jackson.annotation.JsonProperty;
import io.backfill.webhooks.Delivery;
import io.backfill.webhooks.WebhookEvent;
import java.time.Instant;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** A delivery as a client sees it. */
public record DeliveryObject(
        @JsonProperty("id") String id,
        @JsonProperty("object") String object,
        @JsonProperty("webhook_endpoint_id") String endpointId,
        @JsonProperty("event") EventObject event,
        @JsonProperty("status") String status,
        @JsonProperty("attempts") int attempts,
        @JsonProperty("last_attempt_at") @Nullable Long lastAttemptAt,
        @JsonProperty("last_status_code") @Nullable Integer lastStatusCode,
        @JsonProperty("last_error") @Nullable String lastError,
        @JsonProperty("next_attempt_at") @Nullable Long nextAttemptAt) {
    /** The event, as it is sent. */
    public record EventObject(
            @JsonProperty("id") String id,
            @JsonProperty("object") String object,
            @JsonProperty("created_at") long createdAt,
            @JsonProperty("type") String type,
            @JsonProperty("data") Data data) {
        static EventObject of(WebhookEvent event) {
            return new EventObject(
                    event.id(),
                    "event",
                    event.at().getEpochSecond(),
                    event.type().wireName(),
                    new Data(event.batch().value()));
        }
    }

    /** The batch of an event. */
    public record Data(@JsonProperty("id") String id) {}

    static DeliveryObject of(Delivery delivery) {
        Optional<Delivery.Attempt> last = delivery.last();
        return new DeliveryObject(
                delivery.id().value(),
                "webhook_endpoint.delivery",
                delivery.endpoint(),
                EventObject.of(delivery.event()),
                delivery.state().wireName(),
                delivery.attempts(),
                last.map(attempt -> attempt.at().getEpochSecond()).orElse(null),
                last.map(Delivery.Attempt::status).filter(status -> status > 0).orElse(null),
                last.map(Delivery.Attempt::error).filter(why -> !why.isEmpty()).orElse(null),
                delivery.nextAttempt().map(Instant::getEpochSecond).orElse(null));
    }
}
