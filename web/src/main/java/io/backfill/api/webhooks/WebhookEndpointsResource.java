package io.backfill.api.webhooks;

import io.backfill.api.Deleted;
import io.backfill.api.IdempotencyHeader;
import io.backfill.api.Json;
import io.backfill.api.JsonFields;
import io.backfill.api.ListPage;
import io.backfill.api.QueryLimit;
import io.backfill.api.http.ApiRequest;
import io.backfill.api.http.JsonBody;
import io.backfill.errors.BackfillException;
import io.backfill.errors.ErrorCode;
import io.backfill.ids.DeliveryId;
import io.backfill.ids.WebhookEndpointId;
import io.backfill.service.WebhookService;
import io.backfill.webhooks.EventType;
import jakarta.enterprise.context.Dependent;
import jakarta.inject.Inject;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.ws.rs.DELETE;
import jakarta.ws.rs.DefaultValue;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.QueryParam;
import jakarta.ws.rs.core.Context;
import jakarta.ws.rs.core.Response;
import java.util.Optional;

/** {@code /v1/webhook_endpoints}, with the routes and members of OpenAI's SDKs, and the deliveries, which are an extension. */
@Path("/v1/webhook_endpoints")
@Dependent
public class WebhookEndpointsResource {
    private static final int DEFAULT_LIMIT = 20;
    private static final int MAX_LIMIT = 100;

    @Inject
    private WebhookService webhooks;

    @POST
    public Response create(@Context HttpServletRequest servletRequest) {
        ApiRequest request = ApiRequest.of(servletRequest);
        JsonBody body = JsonBody.read(request);
        JsonFields fields = body.fields();
        return Json.ok(WebhookEndpointWithSecretObject.of(webhooks.create(
                request.tenant(),
                EndpointFields.name(fields),
                fields.string("url"),
                EndpointFields.types(fields),
                IdempotencyHeader.of(request.tenant(), request.header(IdempotencyHeader.NAME), "", body.bytes()))));
    }

    @GET
    public Response list(
            @Context HttpServletRequest servletRequest,
            @QueryParam("limit") @DefaultValue("") String limit,
            @QueryParam("after") @DefaultValue("") String after) {
        int count = QueryLimit.parse(limit, DEFAULT_LIMIT, MAX_LIMIT);
        Optional<WebhookEndpointId> cursor = after.isEmpty()
                ? Optional.empty()
                : Optional.of(WebhookEndpointId.parse(after)
                        .orElseThrow(() -> wrongCursor(after, "the id of a webhook endpoint")));
        return Json.ok(ListPage.of(
                webhooks.list(ApiRequest.of(servletRequest).tenant(), cursor, count),
                WebhookEndpointObject::of,
                WebhookEndpointObject::id));
    }

    @GET
    @Path("{id}")
    public Response get(@Context HttpServletRequest servletRequest, @PathParam("id") String id) {
        return Json.ok(WebhookEndpointObject.of(
                webhooks.get(ApiRequest.of(servletRequest).tenant(), endpointId(id))));
    }

    @POST
    @Path("{id}")
    public Response update(@Context HttpServletRequest servletRequest, @PathParam("id") String id) {
        ApiRequest request = ApiRequest.of(servletRequest);
        JsonFields fields = JsonBody.read(request).fieldsOrNone();
        return Json.ok(WebhookEndpointObject.of(webhooks.update(
                request.tenant(),
                endpointId(id),
                EndpointFields.optionalName(fields),
                fields.optionalString("url"),
                EndpointFields.optionalTypes(fields))));
    }

    @DELETE
    @Path("{id}")
    public Response delete(@Context HttpServletRequest servletRequest, @PathParam("id") String id) {
        webhooks.delete(ApiRequest.of(servletRequest).tenant(), endpointId(id));
        return Json.ok(new Deleted(id, WebhookEndpointObject.OBJECT + ".deleted", true));
    }

    @POST
    @Path("{id}/rotate_secret")
    public Response rotateSecret(@Context HttpServletRequest servletRequest, @PathParam("id") String id) {
        ApiRequest request = ApiRequest.of(servletRequest);
        boolean keepOld = JsonBody.read(request)
                .fieldsOrNone()
                .optionalFlag("keep_old_secret_active_for_24_hours")
                .orElse(false);
        return Json.ok(WebhookEndpointWithSecretObject.of(webhooks.rotate(request.tenant(), endpointId(id), keepOld)));
    }

    @POST
    @Path("{id}/test")
    public Response test(@Context HttpServletRequest servletRequest, @PathParam("id") String id) {
        ApiRequest request = ApiRequest.of(servletRequest);
        String name = JsonBody.read(request).fields().string("event_type");
        EventType type = EndpointFields.type("event_type", name);
        int status = webhooks.test(request.tenant(), endpointId(id), type);
        return Json.ok(new WebhookTestObject(WebhookEndpointObject.OBJECT + ".test", id, name, status, true));
    }

    @GET
    @Path("{id}/deliveries")
    public Response deliveries(
            @Context HttpServletRequest servletRequest,
            @PathParam("id") String id,
            @QueryParam("limit") @DefaultValue("") String limit,
            @QueryParam("after") @DefaultValue("") String after) {
        int count = QueryLimit.parse(limit, DEFAULT_LIMIT, MAX_LIMIT);
        Optional<DeliveryId> cursor = after.isEmpty()
                ? Optional.empty()
                : Optional.of(DeliveryId.parse(after).orElseThrow(() -> wrongCursor(after, "the id of a delivery")));
        return Json.ok(ListPage.of(
                webhooks.deliveries(ApiRequest.of(servletRequest).tenant(), endpointId(id), cursor, count),
                DeliveryObject::of,
                DeliveryObject::id));
    }

    @POST
    @Path("{id}/deliveries/{delivery}/redeliver")
    public Response redeliver(
            @Context HttpServletRequest servletRequest,
            @PathParam("id") String id,
            @PathParam("delivery") String delivery) {
        WebhookEndpointId endpoint = endpointId(id);
        DeliveryId which = DeliveryId.parse(delivery).orElseThrow(() -> WebhookService.noSuchDelivery(delivery));
        return Json.ok(DeliveryObject.of(
                webhooks.redeliver(ApiRequest.of(servletRequest).tenant(), endpoint, which)));
    }

    private static WebhookEndpointId endpointId(String id) {
        return WebhookEndpointId.parse(id).orElseThrow(() -> WebhookService.noSuchEndpoint(id));
    }

    private static BackfillException wrongCursor(String after, String expected) {
        return new BackfillException(
                ErrorCode.INVALID_VALUE, "Invalid 'after': '" + after + "' is not " + expected + ".", "after");
    }
}
