package io.backfill.api.webhooks;

import com.fasterxml.jackson.annotation.JsonProperty;

/** The result of a test that was delivered. */
public record WebhookTestObject(
        @JsonProperty("object") String object,
        @JsonProperty("webhook_endpoint_id") String endpointId,
        @JsonProperty("event_type") String eventType,
        @JsonProperty("status_code") int statusCode,
        @JsonProperty("success") boolean success) {}
