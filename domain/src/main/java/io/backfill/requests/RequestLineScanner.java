package io.backfill.requests;

import io.backfill.batches.LineError;
import java.io.IOException;
import java.util.Optional;

/**
 * Reads one line with a streaming parser and records the locations of its custom_id and body, without building a tree or copying
 * the body. The checks run in the order of {@code docs/api.md}, and the first one that fails is reported. If a key occurs twice,
 * the last one counts. Stateless.
 */
public final class RequestLineScanner {
    /** Maximum length of a custom_id in characters. */
    public static final int MAX_CUSTOM_ID = 512;

    /** Maximum length of a model name in characters. A longer name is treated as an unknown model. */
    public static final int MAX_MODEL = 256;

    public ScannedLine scan(Line line, LineRules rules) {
        int number = line.number();
        LineFields fields = new LineFields();
        try {
            if (!isUtf8(line) || !fields.read(line)) {
                return bad(number, "invalid_json_line", "This line is not parseable as valid JSON.", "");
            }
        } catch (IOException malformed) {
            return bad(number, "invalid_json_line", "This line is not parseable as valid JSON.", "");
        }
        return check(number, fields, rules);
    }

    private static boolean isUtf8(Line line) {
        return line.ascii() || StrictUtf8.valid(line.buffer(), line.start(), line.length());
    }

    private ScannedLine check(int number, LineFields fields, LineRules rules) {
        if (fields.notAnObject != null) {
            return bad(
                    number,
                    "invalid_type",
                    "Invalid type for the line: expected an object, but got " + fields.notAnObject + " instead.",
                    "");
        }
        Optional<LineError> shape = wrongShape(number, fields);
        if (shape.isPresent()) {
            return new ScannedLine.Bad(shape.get());
        }
        String customId = fields.customId.text;
        String url = fields.url.text;
        if (!rules.firstSeen().test(customId)) {
            return bad(
                    number,
                    "duplicate_custom_id",
                    "The custom_id '" + shown(customId)
                            + "' for this request is a duplicate of another request. The custom_id parameter must be unique for"
                            + " each request in a batch.",
                    "custom_id");
        }
        if (!url.equals(rules.endpoint())) {
            return rules.supportedEndpoints().test(url)
                    ? bad(
                            number,
                            "invalid_url",
                            "The URL provided for this request does not match the batch endpoint.",
                            "url")
                    : bad(
                            number,
                            "url_not_found",
                            "The provided url '" + shown(url) + "' is not supported by the Batch API.",
                            "url");
        }
        Optional<Endpoint> endpoint = Endpoint.ofPath(url);
        if (fields.stream) {
            return bad(
                    number,
                    "streaming_unsupported",
                    endpoint.map(Endpoint::title).orElse(url) + ": Streaming is not supported in the Batch API.",
                    "body.stream");
        }
        if (fields.model.missing()) {
            return missing(number, "model", "body.model");
        }
        if (!fields.model.isString()) {
            return wrongType(number, "body.model", "a string", fields.model);
        }
        String model = fields.model.text;
        if (!canBeModel(model) || !rules.knownModel().test(model)) {
            return bad(
                    number,
                    "model_not_found",
                    "The provided model '" + shown(model) + "' is not supported by the Batch API.",
                    "body.model");
        }
        if (rules.onlyModel().get().filter(only -> !only.equals(model)).isPresent()) {
            return bad(
                    number,
                    "mismatched_model",
                    "The model '" + shown(model)
                            + "' for this request does not match the rest of the batch. Each batch must contain requests for a"
                            + " single model.",
                    "body.model");
        }
        if (rules.requiredFields() && endpoint.isPresent() && !fields.has(endpoint.get())) {
            String field = endpoint.get().requiredField();
            return missing(number, field, "body." + field);
        }
        return new ScannedLine.Request(
                customId,
                model,
                fields.customId.start,
                fields.customId.length,
                fields.bodyStart,
                fields.bodyLength,
                fields.prompt(endpoint.map(Endpoint::generates).orElse(true)));
    }

    private static Optional<LineError> wrongShape(int number, LineFields fields) {
        if (fields.customId.missing()) {
            return Optional.of(missing(number, "custom_id", "custom_id").error());
        }
        if (!fields.customId.isString()) {
            return Optional.of(
                    wrongType(number, "custom_id", "a string", fields.customId).error());
        }
        int idLength = fields.customId.text.codePointCount(0, fields.customId.text.length());
        if (idLength > MAX_CUSTOM_ID) {
            return Optional.of(LineError.ofLine(
                    number,
                    "string_above_max_length",
                    "Invalid 'custom_id': string too long. Expected a string with maximum length " + MAX_CUSTOM_ID
                            + ", but got a string with length " + idLength + " instead.",
                    "custom_id"));
        }
        if (fields.method.missing()) {
            return Optional.of(missing(number, "method", "method").error());
        }
        if (!fields.method.isString()) {
            return Optional.of(
                    wrongType(number, "method", "a string", fields.method).error());
        }
        if (!fields.method.text.equals("POST")) {
            return Optional.of(LineError.ofLine(
                    number,
                    "invalid_value",
                    "Invalid value: '" + shown(fields.method.text) + "'. Supported values are: 'POST'.",
                    "method"));
        }
        if (fields.url.missing()) {
            return Optional.of(missing(number, "url", "url").error());
        }
        if (!fields.url.isString()) {
            return Optional.of(wrongType(number, "url", "a string", fields.url).error());
        }
        if (fields.body.missing()) {
            return Optional.of(missing(number, "body", "body").error());
        }
        if (!fields.body.kind.equals(LineFields.Value.OBJECT)) {
            return Optional.of(
                    wrongType(number, "body", "an object", fields.body).error());
        }
        return Optional.empty();
    }

    private static ScannedLine.Bad bad(int number, String code, String message, String param) {
        return new ScannedLine.Bad(LineError.ofLine(number, code, message, param));
    }

    private static ScannedLine.Bad missing(int number, String field, String param) {
        return bad(number, "missing_required_parameter", "Missing required parameter: '" + field + "'.", param);
    }

    private static ScannedLine.Bad wrongType(int number, String field, String expected, LineFields.Value got) {
        return bad(
                number,
                "invalid_type",
                "Invalid type for '" + field + "': expected " + expected + ", but got " + got.kind + " instead.",
                field);
    }

    /**
     * Whether a name is acceptable as a model name. Model names become names of partitions, rows, metrics and messages, so every
     * backend must be able to store them.
     */
    private static boolean canBeModel(String name) {
        return !name.isEmpty()
                && name.length() <= MAX_MODEL
                && name.codePoints().noneMatch(c -> Character.isISOControl(c) || isSurrogate(c));
    }

    /**
     * Returns a client's text in a form that is safe to quote in messages: no longer than a custom_id may be, and without
     * characters that UTF-8 or a database rejects.
     */
    private static String shown(String text) {
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
