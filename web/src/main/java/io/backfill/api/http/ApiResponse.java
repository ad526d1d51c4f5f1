package io.backfill.api.http;

import io.backfill.api.Json;
import io.backfill.api.errors.ErrorAnswer;
import jakarta.servlet.ServletOutputStream;
import jakarta.servlet.http.HttpServletResponse;
import jakarta.servlet.http.HttpServletResponseWrapper;
import java.io.IOException;
import java.util.Map;
import java.util.function.LongSupplier;

/** A response that keeps the headers of every answer through a reset, and has no error pages but the envelope. */
final class ApiResponse extends HttpServletResponseWrapper {
    private final Map<String, String> always;
    private final ApiRequest request;
    private final LongSupplier elapsedMillis;

    /**
     * @param elapsedMillis since the request came
     */
    ApiResponse(
            HttpServletResponse response, ApiRequest request, Map<String, String> always, LongSupplier elapsedMillis) {
        super(response);
        this.request = request;
        this.always = Map.copyOf(always);
        this.elapsedMillis = elapsedMillis;
        // the server's own, for requests that do not get here
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

    /** Whoever asks for it is about to send the first byte, and the headers before it. */
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
        byte[] body = Json.bytes(error.body());
        setContentLength(body.length);
        getOutputStream().write(body);
        flushBuffer();
    }
}
