package io.backfill.api.http;

import io.backfill.api.Json;
import io.backfill.api.errors.ErrorAnswer;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.ws.rs.core.Context;
import jakarta.ws.rs.core.Response;
import jakarta.ws.rs.ext.ExceptionMapper;
import jakarta.ws.rs.ext.Provider;

/** Maps every failure to an error response. JAX-RS calls it for its own failures, {@link ApiFilter} for all others. */
@Provider
public class ErrorMapper implements ExceptionMapper<Throwable> {
    @Context
    HttpServletRequest servletRequest;

    @Override
    public Response toResponse(Throwable failure) {
        ApiRequest request = ApiRequest.of(servletRequest);
        ErrorAnswer answer = answer(failure, request);
        Response.ResponseBuilder response =
                Response.status(answer.status()).type(Json.MEDIA_TYPE).entity(Json.bytes(request.envelope(answer)));
        answer.headers().forEach(response::header);
        return response.build();
    }

    /** Returns the response to a request that failed. Logs failures that the client did not cause. */
    static ErrorAnswer answer(Throwable failure, ApiRequest request) {
        ErrorAnswer answer = ErrorAnswer.of(failure, request.getMethod(), request.path(), request.id());
        FailureLog.log(failure, answer.status(), request);
        return request.closing(answer);
    }
}
