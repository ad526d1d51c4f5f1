package io.backfill.simulator.answers;

import io.backfill.simulator.http.Bytes;
import io.backfill.simulator.http.Responder;
import java.io.IOException;

/** OpenAI's error envelope with its four members. Empty {@code param} and {@code code} become null. */
public record ErrorBody(int status, String message, String type, String param, String code) {
    private static final String INVALID = "invalid_request_error";

    public static ErrorBody invalid(int status, String message, String param, String code) {
        return new ErrorBody(status, message, INVALID, param, code);
    }

    /** Returns the envelope that a server would send with this status. */
    public static ErrorBody ofStatus(int status) {
        return switch (status) {
            case 401 -> invalid(status, "Incorrect API key provided.", "", "invalid_api_key");
            case 404 -> invalid(status, "The model does not exist.", "model", "model_not_found");
            case 408 -> new ErrorBody(status, "The request timed out.", "server_error", "", "");
            case 429 ->
                new ErrorBody(
                        status, "Rate limit reached. Please try again later.", "requests", "", "rate_limit_exceeded");
            case 503 ->
                new ErrorBody(
                        status, "The engine is currently overloaded, please try again later.", "server_error", "", "");
            default ->
                status >= 500
                        ? new ErrorBody(status, "The server had an error (simulated).", "server_error", "", "")
                        : invalid(status, "The request was refused (simulated).", "", "");
        };
    }

    public void send(Responder responder) throws IOException {
        responder.body().clear();
        write(responder.body());
        responder.sendJson(status);
    }

    void write(Bytes out) {
        out.text("{\"error\":{\"message\":").jsonString(message);
        out.text(",\"type\":").jsonString(type);
        out.text(",\"param\":").jsonStringOrNull(param);
        out.text(",\"code\":").jsonStringOrNull(code).text("}}");
    }
}
