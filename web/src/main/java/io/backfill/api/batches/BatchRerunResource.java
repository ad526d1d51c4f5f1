package io.backfill.api.batches;

import io.backfill.api.IdempotencyHeader;
import io.backfill.api.Json;
import io.backfill.api.http.ApiRequest;
import io.backfill.api.http.JsonBody;
import io.backfill.batches.BatchConfig;
import io.backfill.batches.IdempotencyKey;
import io.backfill.door.FrontDoor;
import io.backfill.door.TenantSeats.Seat;
import io.backfill.ids.BatchId;
import io.backfill.service.RerunService;
import io.backfill.service.RerunService.Wanted;
import jakarta.enterprise.context.Dependent;
import jakarta.inject.Inject;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.core.Context;
import jakarta.ws.rs.core.Response;
import java.util.Map;
import java.util.Optional;

/**
 * {@code /v1/batches/{id}/rerun}, an extension: runs the lines without success again. Uses field injection because RESTEasy requires
 * a no-argument constructor.
 */
@Path("/v1/batches/{id}/rerun")
@Dependent
public class BatchRerunResource {
    @Inject
    private RerunService reruns;

    @Inject
    private BatchConfig config;

    @Inject
    private FrontDoor door;

    @POST
    public Response rerun(@Context HttpServletRequest servletRequest, @PathParam("id") String id) {
        ApiRequest request = ApiRequest.of(servletRequest);
        BatchId parent = BatchesResource.batchId(id);
        JsonBody body = JsonBody.read(request);
        Wanted wanted = RerunRequest.parse(body.fieldsOrNone(), config);
        Map<String, String> captured = request.headers(config.passThroughHeaders());
        Optional<IdempotencyKey> key = IdempotencyHeader.of(
                request.tenant(), request.header(IdempotencyHeader.NAME), "rerun of " + parent, body.bytes());
        try (Seat _ = door.create(request.tenant()).orElseThrow(BatchesResource::tooManyCreates)) {
            return Json.ok(BatchObject.of(
                    reruns.rerun(request.tenant(), parent, wanted, captured, key, request.header("traceparent"))));
        }
    }
}
