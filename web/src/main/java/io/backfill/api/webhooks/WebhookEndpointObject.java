package io.backfill.api.webhooks;

import com.fasterxml.jackson.annotation.JsonProperty;
import io.backfill.webhooks.EventType;
import io.backfill.webhooks.WebhookEndpoint;
import java.util.List;

/** A webhook endpoint as a client sees it, without its secret. */
public record WebhookEndpointObject(
        @JsonProperty("id") String id,
        @JsonProperty("object") String object,
        @JsonProperty("created_at") long createdAt,
        @JsonProperty("updated_at") long updatedAt,
        @JsonProperty("name") String name,
        @JsonProperty("url") String url,
        @JsonProperty("event_types") List<String> eventTypes,
        @JsonProperty("signing_secret_hint") String signingSecretHint) {
    static final String OBJECT = "webhook_endpoint";

    static WebhookEndpointObject of(WebhookEndpoint endpoint) {
        return new WebhookEndpointObject(
                endpoint.id().value(),
                OBJECT,
                endpoint.createdAt().getEpochSecond(),
                endpoint.updatedAt().getEpochSecond(),
                endpoint.name(),
                endpoint.url(),
                endpoint.types().stream().map(EventType::wireName).toList(),
                endpoint.hint());
    }
}
