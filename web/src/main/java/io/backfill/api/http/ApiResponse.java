package io.backfill.api.http;

import io.backfill.api.Json;
import io.backfill.api.errors.ErrorAnswer;
import jakarta.servlet.ServletOutputStream;
import jakarta.servlet.http.HttpServletResponse;
import jakarta.servlet.http.HttpServletResponseWrapper;
import java.io.IOException;
import java.util.Map;
import java.util.function.LongSupplier;

/** A response that keeps the common headers through a reset, and sends the error envelope instead of error pages. */
final class ApiResponse extends HttpServletResponseWrapper {
    private final Map<String, String> always;
    private final ApiRequest request;
    private final LongSupplier elapsedMillis;

    /** @param elapsedMillis milliseconds since the request arrived */
    ApiResponse(
            HttpServletResponse response, ApiRequest request, Map<String, String> always, LongSupplier elapsedMillis) {
        super(response);
        this.request = request;
        this.always = Map.copyOf(always);
        this.elapsedMillis = elapsedMillis;
        // remove the headers that the server itself sets for requests that do not reach this filter
        reset();
    }

    private void setAlways() {
        always.forEach(this::setHeader);
    }

    @Override
    public void reset() {
        super.reset();
        setAlways();
    }

    /** Sets the processing time, because the caller is about to send the headers and the first byte. */
    @Override
    public ServletOutputStream getOutputStream() throws IOException {
        if (!isCommitted()) {
            setHeader("openai-processing-ms", String.valueOf(elapsedMillis.getAsLong()));
        }
        return super.getOutputStream();
    }

    @Override
    public void sendError(int status) throws IOException {
        answer(request.closing(ErrorAnswer.ofStatus(status, request.getMethod(), request.path())));
    }

    @Override
    public void sendError(int status, String message) throws IOException {
        sendError(status);
    }

    void answer(ErrorAnswer error) throws IOException {
        reset();
        setStatus(error.status());
        error.headers().forEach(this::setHeader);
        setContentType(Json.MEDIA_TYPE);
        byte[] body = Json.bytes(request.envelope(error));
        setContentLength(body.length);
        getOutputStream().write(body);
        flushBuffer();
    }
}
