package io.backfill.api.webhooks;

import com.fasterxml.jackson.annotation.JsonProperty;
import io.backfill.service.WebhookService;
import java.util.List;

/** A webhook endpoint with its secret, which is shown after its creation and after a rotation only. */
public record WebhookEndpointWithSecretObject(
        @JsonProperty("id") String id,
        @JsonProperty("object") String object,
        @JsonProperty("created_at") long createdAt,
        @JsonProperty("updated_at") long updatedAt,
        @JsonProperty("name") String name,
        @JsonProperty("url") String url,
        @JsonProperty("event_types") List<String> eventTypes,
        @JsonProperty("signing_secret") String signingSecret,
        @JsonProperty("signing_secret_hint") String signingSecretHint) {
    static WebhookEndpointWithSecretObject of(WebhookService.WithSecret both) {
        WebhookEndpointObject endpoint = WebhookEndpointObject.of(both.endpoint());
        return new WebhookEndpointWithSecretObject(
                endpoint.id(),
                endpoint.object(),
                endpoint.createdAt(),
                endpoint.updatedAt(),
                endpoint.name(),
                endpoint.url(),
                endpoint.eventTypes(),
                both.secret().text(),
                both.secret().hint());
    }
}
