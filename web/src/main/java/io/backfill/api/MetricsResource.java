package io.backfill.api;

import io.backfill.ops.Metrics;
import io.smallrye.metrics.MetricsRequestHandler;
import jakarta.enterprise.context.Dependent;
import jakarta.inject.Inject;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.core.Response;
import java.io.IOException;
import java.util.Map;
import java.util.stream.Stream;

/** {@code /metrics}, in Prometheus text format whatever the client accepts. The filter has already checked access. */
@Path("/metrics")
@Dependent
public class MetricsResource {
    private final MetricsRequestHandler handler = new MetricsRequestHandler();

    @Inject
    private Metrics metrics;

    @GET
    public Response get() throws IOException {
        Response.ResponseBuilder response = Response.ok();
        handler.handleRequest("/metrics", "GET", Stream.of("text/plain"), Map.of(), (status, text, headers) -> {
            // do not copy the handler's headers: they allow cross-origin reads, which are not needed here
            response.status(status).entity(text + metrics.histograms());
        });
        return response.type("text/plain; version=0.0.4; charset=utf-8").build();
    }
}
