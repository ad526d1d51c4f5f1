package io.backfill.requests;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import java.io.IOException;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The fields found in one pass over a line. If a key occurs twice, the last one counts. */
final class LineFields {
    final Value customId = new Value();
    final Value method = new Value();
    final Value url = new Value();
    final Value body = new Value();
    final Value model = new Value();

    /** The JSON type of the line if it is not an object. */
    @Nullable
    String notAnObject;

    boolean stream;
    /**
     * The parts that the model reads before the conversation: tool definitions, and the instructions of a response or the system
     * prompt of messages.
     */
    final Slice tools = new Slice();

    final Slice instructions = new Slice();
    /** The conversation itself: messages, prompt or input. */
    final Slice conversation = new Slice();
    /** The value that separates an engine's prefix caches. */
    final Slice cacheSalt = new Slice();
    /** Maximum tokens of one answer; -1 if the request sets none. */
    int maxTokens = -1;
    /** Number of answers to the request. */
    int choices = 1;

    int bodyStart;
    int bodyLength;
    private boolean messages;
    private boolean prompt;
    private boolean input;
    private boolean promptEmbeds;
    private boolean previousResponse;

    /**
     * Returns the location of the prompt, in the order in which a chat template renders it.
     *
     * @param generates whether the answer is generated token by token
     */
    PromptBytes prompt(boolean generates) {
        int given = maxTokens < 0 ? -1 : (int) Math.min(Integer.MAX_VALUE, (long) maxTokens * choices);
        return new PromptBytes(
                cacheSalt.start,
                cacheSalt.length,
                tools.start,
                tools.length,
                instructions.start,
                instructions.length,
                conversation.start,
                conversation.length,
                generates ? given : 0);
    }

    /** Whether the body has the field that the endpoint requires, or a known alternative. */
    boolean has(Endpoint endpoint) {
        return switch (endpoint) {
            case CHAT_COMPLETIONS -> messages;
            case COMPLETIONS -> prompt || promptEmbeds;
            case EMBEDDINGS -> input || messages;
            case RESPONSES -> input || prompt || previousResponse;
            case MODERATIONS -> input;
            case MESSAGES -> true;
        };
    }

    /** Reads a line. Returns false if it is not exactly one JSON value. */
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

    static PromptBytes promptOfBody(byte[] buffer, int start, int length) throws IOException {
        LineFields fields = new LineFields();
        try (JsonParser parser = StrictJson.FACTORY.createParser(buffer, start, length)) {
            if (parser.nextToken() == JsonToken.START_OBJECT) {
                fields.readBody(parser);
            }
        }
        return fields.prompt(true);
    }

    static PromptBytes promptOfBodyHead(byte[] buffer, int start, int length) {
        LineFields fields = new LineFields();
        try (JsonParser parser = StrictJson.FACTORY.createParser(buffer, start, length)) {
            if (parser.nextToken() == JsonToken.START_OBJECT) {
                fields.readBody(parser);
            }
        } catch (IOException cutOff) {
            fields.endAt(length);
        }
        return fields.prompt(true);
    }

    /** Extends a value that has started and not ended to {@code length}. */
    private void endAt(int length) {
        for (Slice slice : List.of(tools, instructions, conversation)) {
            if (slice.start > 0 && slice.length == 0) {
                slice.length = length - slice.start;
            }
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
                case "stream" ->
                    // true, and any value that a server may interpret as true
                    stream = value != JsonToken.VALUE_FALSE && value != JsonToken.VALUE_NULL;
                case "messages" -> {
                    messages = true;
                    conversation.read(parser);
                }
                case "prompt" -> {
                    prompt = true;
                    conversation.read(parser);
                }
                case "input" -> {
                    input = true;
                    conversation.read(parser);
                }
                case "prompt_embeds" -> promptEmbeds = true;
                case "previous_response_id" -> previousResponse = value != JsonToken.VALUE_NULL;
                case "tools" -> tools.read(parser);
                case "instructions", "system" -> instructions.read(parser);
                case "cache_salt" -> cacheSalt.read(parser);
                case "max_tokens", "max_completion_tokens", "max_output_tokens" -> maxTokens = count(parser, -1);
                case "n" -> choices = count(parser, 1);
                default -> {}
            }
            parser.skipChildren();
        }
        bodyLength = (int) parser.currentLocation().getByteOffset() - bodyStart;
    }

    /** Reads a positive int, or returns {@code otherwise}. Invalid values are left to the model to reject. */
    private static int count(JsonParser parser, int otherwise) throws IOException {
        return parser.currentToken() == JsonToken.VALUE_NUMBER_INT
                        && parser.getNumberType() == JsonParser.NumberType.INT
                        && parser.getIntValue() > 0
                ? parser.getIntValue()
                : otherwise;
    }

    private void forgetBody() {
        tools.length = 0;
        instructions.length = 0;
        conversation.length = 0;
        cacheSalt.length = 0;
        maxTokens = -1;
        choices = 1;
        model.kind = "";
        stream = false;
        messages = false;
        prompt = false;
        input = false;
        promptEmbeds = false;
        previousResponse = false;
    }

    /** The location of the raw bytes of a JSON value in the line. */
    static final class Slice {
        int start;
        int length;

        void read(JsonParser parser) throws IOException {
            start = (int) parser.currentTokenLocation().getByteOffset();
            parser.skipChildren();
            parser.finishToken();
            length = (int) parser.currentLocation().getByteOffset() - start;
        }
    }

    /** The value of a field: its JSON type and, for a string, its text and location. */
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
