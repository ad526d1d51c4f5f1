package io.backfill.requests;

import io.backfill.batches.LineError;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;

/** Checks the fields of one line. */
final class LineCheck {
    /** Maximum length of a custom_id in characters. */
    private static final int MAX_CUSTOM_ID = 512;

    /** Maximum length of a model name in characters. A longer name is treated as an unknown model. */
    private static final int MAX_MODEL = 256;

    /** The rules in the order of {@code docs/api.md}; each relies on the earlier ones. A rule returns the error of a violation. */
    private static final List<Function<LineCheck, Optional<LineError>>> RULES = List.of(
            LineCheck::lineType,
            LineCheck::customIdType,
            LineCheck::customIdLength,
            LineCheck::methodType,
            LineCheck::supportedMethod,
            LineCheck::urlType,
            LineCheck::bodyType,
            LineCheck::uniqueCustomId,
            LineCheck::endpointOfBatch,
            LineCheck::noStreaming,
            LineCheck::modelType,
            LineCheck::knownModel,
            LineCheck::onlyModel,
            LineCheck::requiredField);

    private final int number;
    private final LineFields fields;
    private final LineRules rules;
    private final Optional<Endpoint> endpoint;

    /** @param endpoint of the batch; empty if its path is only allowed by configuration */
    LineCheck(int number, LineFields fields, LineRules rules, Optional<Endpoint> endpoint) {
        this.number = number;
        this.fields = fields;
        this.rules = rules;
        this.endpoint = endpoint;
    }

    /** Returns the error of the first rule that the line violates. */
    Optional<LineError> firstError() {
        for (Function<LineCheck, Optional<LineError>> rule : RULES) {
            Optional<LineError> error = rule.apply(this);
            if (error.isPresent()) {
                return error;
            }
        }
        return Optional.empty();
    }

    private Optional<LineError> lineType() {
        return fields.notAnObject == null
                ? Optional.empty()
                : error(
                        "invalid_type",
                        "Invalid type for the line: expected an object, but got " + fields.notAnObject + " instead.",
                        "");
    }

    private Optional<LineError> customIdType() {
        return string("custom_id", "custom_id", fields.customId);
    }

    private Optional<LineError> customIdLength() {
        int length = fields.customId.text.codePointCount(0, fields.customId.text.length());
        return length <= MAX_CUSTOM_ID
                ? Optional.empty()
                : error(
                        "string_above_max_length",
                        "Invalid 'custom_id': string too long. Expected a string with maximum length " + MAX_CUSTOM_ID
                                + ", but got a string with length " + length + " instead.",
                        "custom_id");
    }

    private Optional<LineError> methodType() {
        return string("method", "method", fields.method);
    }

    private Optional<LineError> supportedMethod() {
        return fields.method.text.equals("POST")
                ? Optional.empty()
                : error(
                        "invalid_value",
                        "Invalid value: '" + shown(fields.method.text) + "'. Supported values are: 'POST'.",
                        "method");
    }

    private Optional<LineError> urlType() {
        return string("url", "url", fields.url);
    }

    private Optional<LineError> bodyType() {
        if (fields.body.missing()) {
            return missing("body", "body");
        }
        return fields.body.kind.equals(LineFields.Value.OBJECT)
                ? Optional.empty()
                : wrongType("body", "an object", fields.body);
    }

    private Optional<LineError> uniqueCustomId() {
        String customId = fields.customId.text;
        return rules.firstSeen().test(customId)
                ? Optional.empty()
                : error(
                        "duplicate_custom_id",
                        "The custom_id '" + shown(customId)
                                + "' for this request is a duplicate of another request. The custom_id parameter must"
                                + " be unique for each request in a batch.",
                        "custom_id");
    }

    private Optional<LineError> endpointOfBatch() {
        String url = fields.url.text;
        if (url.equals(rules.endpoint())) {
            return Optional.empty();
        }
        return rules.supportedEndpoints().test(url)
                ? error("invalid_url", "The URL provided for this request does not match the batch endpoint.", "url")
                : error(
                        "url_not_found",
                        "The provided url '" + shown(url) + "' is not supported by the Batch API.",
                        "url");
    }

    private Optional<LineError> noStreaming() {
        return !fields.stream
                ? Optional.empty()
                : error(
                        "streaming_unsupported",
                        endpoint.map(Endpoint::title).orElse(rules.endpoint())
                                + ": Streaming is not supported in the Batch API.",
                        "body.stream");
    }

    private Optional<LineError> modelType() {
        return string("model", "body.model", fields.model);
    }

    private Optional<LineError> knownModel() {
        String model = fields.model.text;
        return canBeModel(model) && rules.knownModel().test(model)
                ? Optional.empty()
                : error(
                        "model_not_found",
                        "The provided model '" + shown(model) + "' is not supported by the Batch API.",
                        "body.model");
    }

    private Optional<LineError> onlyModel() {
        String model = fields.model.text;
        return rules.onlyModel().get().filter(only -> !only.equals(model)).isEmpty()
                ? Optional.empty()
                : error(
                        "mismatched_model",
                        "The model '" + shown(model)
                                + "' for this request does not match the rest of the batch. Each batch must contain"
                                + " requests for a single model.",
                        "body.model");
    }

    private Optional<LineError> requiredField() {
        if (!rules.requiredFields() || endpoint.isEmpty() || fields.has(endpoint.get())) {
            return Optional.empty();
        }
        String field = endpoint.get().requiredField();
        return missing(field, "body." + field);
    }

    private Optional<LineError> string(String field, String param, LineFields.Value value) {
        if (value.missing()) {
            return missing(field, param);
        }
        return value.isString() ? Optional.empty() : wrongType(param, "a string", value);
    }

    private Optional<LineError> missing(String field, String param) {
        return error("missing_required_parameter", "Missing required parameter: '" + field + "'.", param);
    }

    private Optional<LineError> wrongType(String param, String expected, LineFields.Value got) {
        return error(
                "invalid_type",
                "Invalid type for '" + param + "': expected " + expected + ", but got " + got.kind + " instead.",
                param);
    }

    private Optional<LineError> error(String code, String message, String param) {
        return Optional.of(LineError.ofLine(number, code, message, param));
    }

    /**
     * Whether a name is acceptable as a model name. Model names become names of partitions, rows, metrics and messages, so every
     * backend must be able to store them.
     */
    static boolean canBeModel(String name) {
        return !name.isEmpty()
                && name.length() <= MAX_MODEL
                && name.codePoints().noneMatch(c -> Character.isISOControl(c) || isSurrogate(c));
    }

    /**
     * Returns a client's text in a form that is safe to quote in messages: no longer than a custom_id may be, and without
     * characters that UTF-8 or a database rejects.
     */
    static String shown(String text) {
        int[] points = text.codePoints()
                .limit(MAX_CUSTOM_ID + 1L)
                .map(c -> c == 0 || isSurrogate(c) ? 0xFFFD : c)
                .toArray();
        return points.length <= MAX_CUSTOM_ID
                ? new String(points, 0, points.length)
                : new String(points, 0, MAX_CUSTOM_ID) + "…";
    }

    /** Whether the code point is an unpaired surrogate. */
    private static boolean isSurrogate(int codePoint) {
        return codePoint >= Character.MIN_SURROGATE && codePoint <= Character.MAX_SURROGATE;
    }
}
