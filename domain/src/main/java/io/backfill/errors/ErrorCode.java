package io.backfill.errors;

import java.util.Optional;

/**
 * Every way in which a request can be rejected, with the HTTP status and the {@code type} and {@code code} of OpenAI's error
 * object. SDKs decide by the status alone whether to retry.
 */
public enum ErrorCode {
    INVALID_REQUEST(400, "invalid_request_error", ""),
    MISSING_REQUIRED_PARAMETER(400, "invalid_request_error", "missing_required_parameter"),
    INVALID_VALUE(400, "invalid_request_error", "invalid_value"),
    INVALID_TYPE(400, "invalid_request_error", "invalid_type"),
    INTEGER_BELOW_MIN_VALUE(400, "invalid_request_error", "integer_below_min_value"),
    INTEGER_ABOVE_MAX_VALUE(400, "invalid_request_error", "integer_above_max_value"),
    OBJECT_ABOVE_MAX_PROPERTIES(400, "invalid_request_error", "object_above_max_properties"),
    PROPERTY_NAME_ABOVE_MAX_LENGTH(400, "invalid_request_error", "property_name_above_max_length"),
    STRING_ABOVE_MAX_LENGTH(400, "invalid_request_error", "string_above_max_length"),
    STORAGE_QUOTA_EXCEEDED(400, "invalid_request_error", "storage_quota_exceeded"),
    NO_API_KEY(401, "invalid_request_error", ""),
    INVALID_API_KEY(401, "invalid_request_error", "invalid_api_key"),
    FORBIDDEN(403, "invalid_request_error", ""),
    NOT_AN_OPERATOR(403, "invalid_request_error", "not_an_operator"),
    NOT_FOUND(404, "invalid_request_error", ""),
    MODEL_NOT_FOUND(404, "invalid_request_error", "model_not_found"),
    METHOD_NOT_ALLOWED(405, "invalid_request_error", "method_not_supported"),
    REQUEST_TIMEOUT(408, "invalid_request_error", "request_timeout"),
    CONFLICT(409, "invalid_request_error", ""),
    RESULTS_GONE(410, "invalid_request_error", "results_gone"),
    PRECONDITION_FAILED(412, "invalid_request_error", ""),
    TOO_LARGE(413, "invalid_request_error", ""),
    UNSUPPORTED_CONTENT_TYPE(415, "invalid_request_error", "unsupported_content_type"),
    RATE_LIMIT_EXCEEDED(429, "requests", "rate_limit_exceeded"),
    SERVER_ERROR(500, "server_error", ""),
    UNAVAILABLE(503, "server_error", ""),
    STORAGE_FULL(503, "server_error", "storage_full");

    private final int status;
    private final String type;
    private final String code;

    ErrorCode(int status, String type, String code) {
        this.status = status;
        this.type = type;
        this.code = code;
    }

    public int status() {
        return status;
    }

    public String type() {
        return type;
    }

    /** Returns OpenAI's {@code code}; empty if the contract requires null. */
    public Optional<String> code() {
        return code.isEmpty() ? Optional.empty() : Optional.of(code);
    }
}
