package io.backfill.api.batches;

import io.backfill.api.Json;
import io.backfill.api.JsonFields;
import io.backfill.api.Metadata;
import io.backfill.api.http.ApiRequest;
import io.backfill.api.http.JsonBody;
import io.backfill.batches.SteeringChange;
import io.backfill.service.SteeringService;
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
import java.util.OptionalLong;

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
        ApiRequest request = ApiRequest.of(servletRequest);
        JsonBody body = JsonBody.read(request);
        Optional<OptionalLong> budget = body.isEmpty() ? Optional.empty() : BatchOptions.tokenBudget(body.fields());
        return Json.ok(BatchObject.of(steering.resume(request.tenant(), BatchesResource.batchId(id), budget)));
    }

    @POST
    @Path("{id}")
    public Response change(@Context HttpServletRequest servletRequest, @PathParam("id") String id) {
        ApiRequest request = ApiRequest.of(servletRequest);
        JsonFields fields = JsonBody.read(request).fields();
        Optional<Map<String, String>> metadata = Metadata.in(fields);
        SteeringChange change = BatchOptions.in(fields, metadata).steering();
        return Json.ok(BatchObject.of(steering.steer(request.tenant(), BatchesResource.batchId(id), change, metadata)));
    }
}
