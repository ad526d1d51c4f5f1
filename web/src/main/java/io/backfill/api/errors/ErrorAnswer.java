package io.backfill.api.errors;

import io.backfill.errors.BackfillException;
import io.backfill.errors.ErrorCode;
import io.backfill.service.RateLimitedException;
import jakarta.ws.rs.NotAllowedException;
import jakarta.ws.rs.NotFoundException;
import jakarta.ws.rs.NotSupportedException;
import jakarta.ws.rs.WebApplicationException;
import jakarta.ws.rs.core.HttpHeaders;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/**
 * The response to a failed request.
 *
 * @param headers sent in addition to those of every response
 */
public record ErrorAnswer(int status, ErrorBody body, Map<String, String> headers) {
    /** The SDKs retry a 409 by default. A retry cannot succeed and costs the caller more than a second. */
    private static final Map<String, String> DO_NOT_RETRY = Map.of("x-should-retry", "false");

    private static final String SORRY = "The server had an error while processing your request. Sorry about that!";
    private static final long RETRY_AFTER_SECONDS = 5;

    public ErrorAnswer {
        headers = Map.copyOf(headers);
    }

    /**
     * Returns the response to a failed request.
     *
     * @param method and {@code path} of the request, for the messages that name them
     * @param requestId the id that a user quotes to the operator
     */
    public static ErrorAnswer of(Throwable failure, String method, String path, String requestId) {
        return switch (failure) {
            case BackfillException refusal -> refused(refusal);
            case RateLimitedException limited ->
                of(ErrorCode.RATE_LIMIT_EXCEEDED, message(limited), retryAfter(limited.retryAfterSeconds()));
            case NotFoundException _ -> unknownUrl(method, path);
            case NotAllowedException wrongMethod ->
                of(
                        ErrorCode.METHOD_NOT_ALLOWED,
                        "Not allowed to " + method + " on " + path
                                + ". (HINT: Perhaps you meant to use a different HTTP method?)",
                        allow(wrongMethod));
            case NotSupportedException _ ->
                of(ErrorCode.UNSUPPORTED_CONTENT_TYPE, "Unsupported content type.", Map.of());
            case WebApplicationException refusal
            when refusal.getResponse().getStatus() < 500 ->
                ofStatus(refusal.getResponse().getStatus(), method, path);
            default ->
                of(
                        ErrorCode.SERVER_ERROR,
                        SORRY + " (If it persists, give the server's operator this request id: " + requestId + ")",
                        Map.of());
        };
    }

    /** Returns the response to a request that the server itself rejected, where only the status is known. */
    public static ErrorAnswer ofStatus(int status, String method, String path) {
        if (status == 404) {
            return unknownUrl(method, path);
        }
        ErrorCode code = status >= 500 ? ErrorCode.SERVER_ERROR : ErrorCode.INVALID_REQUEST;
        String message = status >= 500 ? SORRY : "The server could not understand the request.";
        return new ErrorAnswer(status, ErrorBody.of(code, message, Optional.empty()), Map.of());
    }

    private static ErrorAnswer refused(BackfillException refusal) {
        Map<String, String> headers = switch (refusal.code().status()) {
            case 409 -> DO_NOT_RETRY;
            case 429, 503 -> retryAfter(RETRY_AFTER_SECONDS);
            case 401 -> Map.of(HttpHeaders.WWW_AUTHENTICATE, "Bearer");
            case 415 -> Map.of(HttpHeaders.ACCEPT_ENCODING, "identity");
            default -> Map.of();
        };
        return new ErrorAnswer(
                refusal.code().status(), ErrorBody.of(refusal.code(), message(refusal), refusal.param()), headers);
    }

    private static ErrorAnswer unknownUrl(String method, String path) {
        return of(ErrorCode.NOT_FOUND, "Invalid URL (" + method + " " + path + ")", Map.of());
    }

    private static ErrorAnswer of(ErrorCode code, String message, Map<String, String> headers) {
        return new ErrorAnswer(code.status(), ErrorBody.of(code, message, Optional.empty()), headers);
    }

    private static Map<String, String> retryAfter(long seconds) {
        return Map.of(HttpHeaders.RETRY_AFTER, String.valueOf(seconds));
    }

    private static Map<String, String> allow(NotAllowedException wrongMethod) {
        Map<String, String> headers = new LinkedHashMap<>();
        String allowed = wrongMethod.getResponse().getHeaderString(HttpHeaders.ALLOW);
        if (allowed != null) {
            headers.put(HttpHeaders.ALLOW, allowed);
        }
        return headers;
    }

    private static String message(Throwable failure) {
        return Optional.ofNullable(failure.getMessage()).orElse("");
    }
}
