package io.backfill.api.batches;

import io.backfill.api.Json;
import io.backfill.api.http.ApiRequest;
import io.backfill.service.SteeringService;
import jakarta.enterprise.context.Dependent;
import jakarta.inject.Inject;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.core.Context;
import jakarta.ws.rs.core.Response;

/** Extensions of {@code /v1/batches/{id}}: orders of the owner about a batch that runs. */
@Path("/v1/batches")
@Dependent
public class SteeringResource {
    @Inject
    private SteeringService steering;

    @POST
    @Path("{id}/pause")
    public Response pause(@Context HttpServletRequest servletRequest, @PathParam("id") String id) {
        return Json.ok(
                BatchObject.of(steering.pause(ApiRequest.of(servletRequest).tenant(), BatchesResource.batchId(id))));
    }

    @POST
    @Path("{id}/resume")
    public Response resume(@Context HttpServletRequest servletRequest, @PathParam("id") String id) {
        return Json.ok(
                BatchObject.of(steering.resume(ApiRequest.of(servletRequest).tenant(), BatchesResource.batchId(id))));
    }
}
