package io.backfill.api.webhooks;

import io.backfill.api.Json;
import io.backfill.webhooks.EventType;
import jakarta.enterprise.context.Dependent;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.core.Response;

/** {@code /v1/webhook_event_types}. */
@Path("/v1/webhook_event_types")
@Dependent
public class WebhookEventTypesResource {
    @GET
    public Response list() {
        return Json.ok(new EventTypeList("list", EventType.wireNames()));
    }
}
