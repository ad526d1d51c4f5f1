package io.backfill.api.openapi;

import io.backfill.api.Json;
import io.backfill.api.SupportedValues;
import io.backfill.api.http.ApiRequest;
import jakarta.enterprise.context.Dependent;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.ws.rs.DefaultValue;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.QueryParam;
import jakarta.ws.rs.core.Context;
import jakarta.ws.rs.core.HttpHeaders;
import jakarta.ws.rs.core.Response;
import java.util.List;
import java.util.Locale;

/**
 * {@code GET /openapi}: the OpenAPI document of this API, at the address and in the forms that MicroProfile OpenAPI specifies. Shows
 * nothing of a tenant or of the configuration, so that it needs no API key.
 */
@Path("/openapi")
@Dependent
public class OpenApiResource {
    private static final String JSON = "JSON";
    private static final String YAML = "YAML";

    @GET
    public Response get(
            @Context HttpServletRequest servletRequest, @QueryParam("format") @DefaultValue("") String format) {
        boolean json = isJson(ApiRequest.of(servletRequest), format);
        OpenApiDocument document = OpenApiDocument.get();
        byte[] text = json ? document.json() : document.yaml();
        return Response.ok(text, json ? Json.MEDIA_TYPE : "application/yaml")
                .header(HttpHeaders.CONTENT_LENGTH, text.length)
                .header(HttpHeaders.VARY, HttpHeaders.ACCEPT)
                .build();
    }

    private static boolean isJson(ApiRequest request, String format) {
        return switch (format.toUpperCase(Locale.ROOT)) {
            case JSON -> true;
            case YAML -> false;
            case "" ->
                // the filter hides Accept from JAX-RS
                request.header(HttpHeaders.ACCEPT)
                        .filter(types -> types.contains("application/json"))
                        .isPresent();
            default -> throw SupportedValues.refusal("format", format, List.of(JSON, YAML));
        };
    }
}
