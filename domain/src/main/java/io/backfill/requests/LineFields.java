package io.backfill.requests;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import java.io.IOException;
import org.jspecify.annotations.Nullable;

/** What one pass over a line finds. Of a key that occurs twice the last counts. */
final class LineFields {
    final Value customId = new Value();
    final Value method = new Value();
    final Value url = new Value();
    final Value body = new Value();
    final Value model = new Value();

    /** What the line is, if it is no object. */
    @Nullable
    String notAnObject;

    boolean stream;
    int bodyStart;
    int bodyLength;
    private boolean messages;
    private boolean prompt;
    private boolean input;

    boolean has(Endpoint endpoint) {
        return switch (endpoint) {
            case CHAT_COMPLETIONS -> messages;
            case COMPLETIONS -> prompt;
            case EMBEDDINGS, RESPONSES, MODERATIONS -> input;
        };
    }

    /** False when the line is not exactly one JSON value. */
    boolean read(Line line) throws IOException {
        try (JsonParser parser = StrictJson.FACTORY.createParser(line.buffer(), line.start(), line.length())) {
            JsonToken first = parser.nextToken();
            if (first == null) {
                return false;
            }
            if (first == JsonToken.START_OBJECT) {
                readFields(parser);
            } else {
                notAnObject = Value.kindOf(first);
                parser.skipChildren();
            }
            return parser.nextToken() == null;
        }
    }

    private void readFields(JsonParser parser) throws IOException {
        for (String name = parser.nextFieldName(); name != null; name = parser.nextFieldName()) {
            parser.nextToken();
            switch (name) {
                case "custom_id" -> customId.read(parser);
                case "method" -> method.read(parser);
                case "url" -> url.read(parser);
                case "body" -> readBody(parser);
                default -> parser.skipChildren();
            }
        }
    }

    private void readBody(JsonParser parser) throws IOException {
        forgetBody();
        if (parser.currentToken() != JsonToken.START_OBJECT) {
            body.read(parser);
            return;
        }
        body.kind = Value.OBJECT;
        bodyStart = (int) parser.currentTokenLocation().getByteOffset();
        for (String name = parser.nextFieldName(); name != null; name = parser.nextFieldName()) {
            JsonToken value = parser.nextToken();
            switch (name) {
                case "model" -> model.read(parser);
                case "stream" -> stream = value == JsonToken.VALUE_TRUE;
                case "messages" -> messages = true;
                case "prompt" -> prompt = true;
                case "input" -> input = true;
                default -> {}
            }
            parser.skipChildren();
        }
        bodyLength = (int) parser.currentLocation().getByteOffset() - bodyStart;
    }

    private void forgetBody() {
        model.kind = "";
        stream = false;
        messages = false;
        prompt = false;
        input = false;
    }

    /** A value of a field: what kind it is, and for a string its text and place. */
    static final class Value {
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
