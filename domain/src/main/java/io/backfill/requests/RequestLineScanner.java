package io.backfill.requests;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonFactoryBuilder;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadConstraints;
import io.backfill.batches.LineError;
import java.io.IOException;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Reads one line with a streaming parser and remembers where its custom_id and body lie; no tree, no copy of the body. The
 * checks run in the order of {@code docs/api.md}, the first that fails is reported. Of a key that occurs twice the last counts.
 * Stateless.
 */
public final class RequestLineScanner {
    /** Longest custom_id, in characters. */
    public static final int MAX_CUSTOM_ID = 512;

    private static final JsonFactory JSON = new JsonFactoryBuilder()
            .streamReadConstraints(StreamReadConstraints.builder()
                    .maxStringLength(Integer.MAX_VALUE)
                    .maxNumberLength(Integer.MAX_VALUE)
                    .maxNameLength(Integer.MAX_VALUE)
                    .build())
            .build();

    public ScannedLine scan(Line line, LineRules rules) {
        int number = line.number();
        Fields fields = new Fields();
        try {
            if (!StrictUtf8.valid(line.buffer(), line.start(), line.length()) || !readLine(line, fields)) {
                return bad(number, "invalid_json_line", "This line is not parseable as valid JSON.", "");
            }
        } catch (IOException malformed) {
            return bad(number, "invalid_json_line", "This line is not parseable as valid JSON.", "");
        }
        return check(number, fields, rules);
    }

    private ScannedLine check(int number, Fields fields, LineRules rules) {
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
                    "The custom_id '" + customId
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
                            "The provided url '" + url + "' is not supported by the Batch API.",
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
        if (!rules.knownModel().test(model)) {
            return bad(
                    number,
                    "model_not_found",
                    "The provided model '" + model + "' is not supported by the Batch API.",
                    "body.model");
        }
        if (rules.onlyModel().get().filter(only -> !only.equals(model)).isPresent()) {
            return bad(
                    number,
                    "mismatched_model",
                    "The model '" + model
                            + "' for this request does not match the rest of the batch. Each batch must contain requests for a"
                            + " single model.",
                    "body.model");
        }
        if (endpoint.isPresent() && !fields.has(endpoint.get())) {
            String field = endpoint.get().requiredField();
            return missing(number, field, "body." + field);
        }
        return new ScannedLine.Request(
                customId, model, fields.customId.start, fields.customId.length, fields.bodyStart, fields.bodyLength);
    }

    private static Optional<LineError> wrongShape(int number, Fields fields) {
        if (fields.customId.missing()) {
            return Optional.of(missing(number, "custom_id", "custom_id").error());
        }
        if (!fields.customId.isString()) {
            return Optional.of(
                    wrongType(number, "custom_id", "a string", fields.customId).error());
        }
        if (fields.customId.text.codePointCount(0, fields.customId.text.length()) > MAX_CUSTOM_ID) {
            return Optional.of(LineError.ofLine(
                    number,
                    "string_above_max_length",
                    "Invalid 'custom_id': string too long. Expected a string with maximum length " + MAX_CUSTOM_ID
                            + ".",
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
                    "Invalid value: '" + fields.method.text + "'. Supported values are: 'POST'.",
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
        if (!fields.body.kind.equals(Value.OBJECT)) {
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

    private static ScannedLine.Bad wrongType(int number, String field, String expected, Value got) {
        return bad(
                number,
                "invalid_type",
                "Invalid type for '" + field + "': expected " + expected + ", but got " + got.kind + " instead.",
                field);
    }

    /** False when the line is not exactly one JSON value. */
    private static boolean readLine(Line line, Fields fields) throws IOException {
        try (JsonParser parser = JSON.createParser(line.buffer(), line.start(), line.length())) {
            JsonToken first = parser.nextToken();
            if (first == null) {
                return false;
            }
            if (first == JsonToken.START_OBJECT) {
                readFields(parser, fields);
            } else {
                fields.notAnObject = Value.kindOf(first);
                parser.skipChildren();
            }
            return parser.nextToken() == null;
        }
    }

    private static void readFields(JsonParser parser, Fields fields) throws IOException {
        for (String name = parser.nextFieldName(); name != null; name = parser.nextFieldName()) {
            parser.nextToken();
            switch (name) {
                case "custom_id" -> fields.customId.read(parser);
                case "method" -> fields.method.read(parser);
                case "url" -> fields.url.read(parser);
                case "body" -> readBody(parser, fields);
                default -> parser.skipChildren();
            }
        }
    }

    private static void readBody(JsonParser parser, Fields fields) throws IOException {
        fields.forgetBody();
        if (parser.currentToken() != JsonToken.START_OBJECT) {
            fields.body.read(parser);
            return;
        }
        fields.body.kind = Value.OBJECT;
        fields.bodyStart = (int) parser.currentTokenLocation().getByteOffset();
        for (String name = parser.nextFieldName(); name != null; name = parser.nextFieldName()) {
            JsonToken value = parser.nextToken();
            switch (name) {
                case "model" -> fields.model.read(parser);
                case "stream" -> fields.stream = value == JsonToken.VALUE_TRUE;
                case "messages" -> fields.messages = true;
                case "prompt" -> fields.prompt = true;
                case "input" -> fields.input = true;
                default -> {}
            }
            parser.skipChildren();
        }
        fields.bodyLength = (int) parser.currentLocation().getByteOffset() - fields.bodyStart;
    }

    /** What one pass over the line finds. */
    private static final class Fields {
        final Value customId = new Value();
        final Value method = new Value();
        final Value url = new Value();
        final Value body = new Value();
        final Value model = new Value();

        @Nullable
        String notAnObject;

        boolean stream;
        boolean messages;
        boolean prompt;
        boolean input;
        int bodyStart;
        int bodyLength;

        boolean has(Endpoint endpoint) {
            return switch (endpoint) {
                case CHAT_COMPLETIONS -> messages;
                case COMPLETIONS -> prompt;
                case EMBEDDINGS, RESPONSES, MODERATIONS -> input;
            };
        }

        void forgetBody() {
            model.kind = "";
            stream = false;
            messages = false;
            prompt = false;
            input = false;
        }
    }

    /** A value of a field: what kind it is, and for a string its text and place. */
    private static final class Value {
        static final String OBJECT = "an object";

        String kind = "";
        String text = "";
        int start;
        int length;

        boolean missing() {
            return kind.isEmpty();
        }

        boolean isString() {
            return kind.equals("a string");
        }

        void read(JsonParser parser) throws IOException {
            kind = kindOf(parser.currentToken());
            if (isString()) {
                start = (int) parser.currentTokenLocation().getByteOffset();
                text = parser.getText();
                length = (int) parser.currentLocation().getByteOffset() - start;
            } else {
                parser.skipChildren();
            }
        }

        static String kindOf(JsonToken token) {
            return switch (token) {
                case START_OBJECT -> OBJECT;
                case START_ARRAY -> "an array";
                case VALUE_STRING -> "a string";
                case VALUE_NUMBER_INT -> "an integer";
                case VALUE_NUMBER_FLOAT -> "a decimal number";
                case VALUE_TRUE, VALUE_FALSE -> "a boolean";
                case VALUE_NULL -> "null";
                default -> "something else";
            };
        }
    }
}
