package io.backfill.api.batches;

import io.backfill.api.Deleted;
import io.backfill.api.IdempotencyHeader;
import io.backfill.api.Json;
import io.backfill.api.ListPage;
import io.backfill.api.http.ApiRequest;
import io.backfill.api.http.JsonBody;
import io.backfill.batches.BatchConfig;
import io.backfill.batches.BatchQuery;
import io.backfill.batches.BatchSpec;
import io.backfill.batches.IdempotencyKey;
import io.backfill.batches.Steering;
import io.backfill.door.FrontDoor;
import io.backfill.door.TenantSeats.Seat;
import io.backfill.errors.BackfillException;
import io.backfill.errors.ErrorCode;
import io.backfill.ids.BatchId;
import io.backfill.service.BatchService;
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
import jakarta.ws.rs.core.UriInfo;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** {@code /v1/batches}. Uses field injection because RESTEasy requires a no-argument constructor. */
@Path("/v1/batches")
@Dependent
public class BatchesResource {
    @Inject
    private BatchService batches;

    @Inject
    private BatchConfig config;

    @Inject
    private FrontDoor door;

    @POST
    public Response create(@Context HttpServletRequest servletRequest) {
        ApiRequest request = ApiRequest.of(servletRequest);
        JsonBody body = JsonBody.read(request);
        BatchSpec spec = new CreateBatchRequest(config).parse(body.fields());
        Steering steering =
                BatchOptions.in(body.fields(), spec.metadata()).steering().of(Steering.NONE);
        Map<String, String> captured = request.headers(config.passThroughHeaders());
        Optional<IdempotencyKey> key =
                IdempotencyHeader.of(request.tenant(), request.header(IdempotencyHeader.NAME), "", body.bytes());
        try (Seat _ = door.create(request.tenant()).orElseThrow(BatchesResource::tooManyCreates)) {
            return Json.ok(BatchObject.of(
                    batches.create(request.tenant(), spec, steering, captured, key, request.header("traceparent"))));
        }
    }

    static BackfillException tooManyCreates() {
        return new BackfillException(
                ErrorCode.RATE_LIMIT_EXCEEDED,
                "Too many batches are being created at once. Please try again in a few seconds.");
    }

    @GET
    public Response list(
            @Context HttpServletRequest servletRequest,
            @Context UriInfo uri,
            @QueryParam("limit") @DefaultValue("") String limit,
            @QueryParam("after") @DefaultValue("") String after,
            @QueryParam("status") List<String> status,
            @QueryParam("model") List<String> model,
            @QueryParam("created_after") List<String> createdAfter,
            @QueryParam("created_before") List<String> createdBefore,
            @QueryParam("metadata") List<String> metadata) {
        ApiRequest request = ApiRequest.of(servletRequest);
        BatchQuery query = BatchQueryParser.parse(
                limit,
                after,
                new BatchQueryParser.Filters(status, model, createdAfter, createdBefore, metadata),
                uri.getQueryParameters());
        return Json.ok(ListPage.of(batches.list(request.tenant(), query), BatchObject::of, BatchObject::id));
    }

    @GET
    @Path("{id}")
    public Response get(@Context HttpServletRequest servletRequest, @PathParam("id") String id) {
        return Json.ok(BatchObject.of(batches.get(ApiRequest.of(servletRequest).tenant(), batchId(id))));
    }

    @POST
    @Path("{id}/cancel")
    public Response cancel(@Context HttpServletRequest servletRequest, @PathParam("id") String id) {
        return Json.ok(
                BatchObject.of(batches.cancel(ApiRequest.of(servletRequest).tenant(), batchId(id))));
    }

    /** An extension: OpenAI has no request to delete a batch. */
    @DELETE
    @Path("{id}")
    public Response delete(@Context HttpServletRequest servletRequest, @PathParam("id") String id) {
        batches.delete(ApiRequest.of(servletRequest).tenant(), batchId(id));
        return Json.ok(new Deleted(id, "batch", true));
    }

    static BatchId batchId(String id) {
        if (!id.startsWith("batch")) {
            throw IdPrefix.refusal("batch_id", id, "batch");
        }
        return BatchId.parse(id).orElseThrow(() -> BatchService.noSuchBatch(id));
    }
}
