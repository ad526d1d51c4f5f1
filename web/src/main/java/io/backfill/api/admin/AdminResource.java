package io.backfill.api.admin;

import io.backfill.api.Json;
import io.backfill.api.batches.BatchObject;
import io.backfill.api.http.ApiRequest;
import io.backfill.ids.BatchId;
import io.backfill.service.BatchOperations;
import io.backfill.service.BatchService;
import io.backfill.service.SteeringService;
import jakarta.enterprise.context.Dependent;
import jakarta.inject.Inject;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.core.Context;
import jakarta.ws.rs.core.Response;

/** {@code /v1/admin/batches}: operations on the batches of any tenant, for operators. */
@Path("/v1/admin/batches/{id}")
@Dependent
public class AdminResource {
    @Inject
    private BatchOperations operations;

    @Inject
    private SteeringService steering;

    @POST
    @Path("pause")
    public Response pause(@Context HttpServletRequest servletRequest, @PathParam("id") String id) {
        requireOperator(servletRequest);
        return Json.ok(BatchObject.of(steering.pauseByOperator(batchId(id))));
    }

    @POST
    @Path("resume")
    public Response resume(@Context HttpServletRequest servletRequest, @PathParam("id") String id) {
        requireOperator(servletRequest);
        return Json.ok(BatchObject.of(operations.resume(batchId(id))));
    }

    @POST
    @Path("settle")
    public Response settle(@Context HttpServletRequest servletRequest, @PathParam("id") String id) {
        requireOperator(servletRequest);
        return Json.ok(BatchObject.of(operations.settle(batchId(id))));
    }

    /** Checked here rather than in a filter by path, because the path that a filter sees may be encoded differently. */
    private static void requireOperator(HttpServletRequest servletRequest) {
        ApiRequest.of(servletRequest).requireOperator();
    }

    private static BatchId batchId(String id) {
        return BatchId.parse(id).orElseThrow(() -> BatchService.noSuchBatch(id));
    }
}
