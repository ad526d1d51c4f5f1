package io.backfill.api.http;

import io.backfill.api.Json;
import io.backfill.api.errors.ErrorAnswer;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.ws.rs.core.Context;
import jakarta.ws.rs.core.Response;
import jakarta.ws.rs.ext.ExceptionMapper;
import jakarta.ws.rs.ext.Provider;

/** Maps every failure inside JAX-RS to an error response. */
@Provider
public class ErrorMapper implements ExceptionMapper<Throwable> {
    @Context
    HttpServletRequest servletRequest;

    @Override
    public Response toResponse(Throwable failure) {
        ApiRequest request = ApiRequest.of(servletRequest);
        ErrorAnswer answer = request.refuse(failure);
        Response.ResponseBuilder response =
                Response.status(answer.status()).type(Json.MEDIA_TYPE).entity(Json.bytes(answer.body()));
        answer.headers().forEach(response::header);
        return response.build();
    }
}
