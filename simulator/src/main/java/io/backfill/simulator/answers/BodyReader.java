package io.backfill.simulator.answers;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParseException;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import java.io.IOException;
import java.util.List;

/**
 * Reads a request body in one pass without building a tree. Unknown members, and known members of an unexpected type,
 * are skipped. Used for one body.
 */
final class BodyReader {
    private static final JsonFactory JSON = new JsonFactory();

    /** Upper limit for the length of answers, which bounds memory. */
    private static final int MOST_TOKENS = 1_000_000;

    private final JsonParser parser;
    private final PromptReader prompts;
    private String model = "";
    private boolean promptGiven;
    private int choices = 1;
    private int maxTokens;
    private int minTokens;
    private boolean ignoreEos;
    private boolean stream;
    private boolean usageInStream;
    private boolean base64;
    private int dimensions;
    private int priority;

    private BodyReader(JsonParser parser, int blockTokens) {
        this.parser = parser;
        this.prompts = new PromptReader(parser, blockTokens);
    }

    /**
     * Reads {@code length} bytes from {@code offset}, and the blocks of the prompts if {@code blockTokens} is not 0.
     * Throws {@link JsonParseException} if they are not one JSON object.
     */
    static ParsedBody read(byte[] bytes, int offset, int length, int blockTokens) throws IOException {
        try (JsonParser parser = JSON.createParser(bytes, offset, length)) {
            return new BodyReader(parser, blockTokens).read();
        }
    }

    private ParsedBody read() throws IOException {
        if (parser.nextToken() != JsonToken.START_OBJECT) {
            throw new JsonParseException(parser, "the body is not a JSON object");
        }
        while (parser.nextToken() == JsonToken.FIELD_NAME) {
            String name = parser.currentName();
            member(name, parser.nextToken());
        }
        if (parser.nextToken() != null) {
            throw new JsonParseException(parser, "something follows the JSON object");
        }
        List<Prompt> all = prompts.prompts();
        return new ParsedBody(
                "",
                model,
                all,
                promptGiven,
                choices,
                maxTokens,
                minTokens,
                ignoreEos,
                stream,
                usageInStream,
                base64,
                dimensions,
                priority);
    }

    private void member(String name, JsonToken value) throws IOException {
        switch (name) {
            case "model" -> model = value == JsonToken.VALUE_STRING ? parser.getText() : "";
            case "messages" -> promptGiven = prompts.conversation(value) || promptGiven;
            case "prompt" -> promptGiven = prompts.texts(value) || promptGiven;
            case "input" -> promptGiven = prompts.input(value) || promptGiven;
            case "tools" -> prompts.tools(value);
            case "cache_salt" -> prompts.salt(value);
            case "instructions", "system" -> prompts.instructions(value);
            case "n" -> choices = Math.clamp(number(value), 1, 128);
            case "max_tokens", "max_completion_tokens", "max_output_tokens" ->
                maxTokens = Math.clamp(number(value), 0, MOST_TOKENS);
            case "min_tokens" -> minTokens = Math.clamp(number(value), 0, MOST_TOKENS);
            case "ignore_eos" -> ignoreEos = value == JsonToken.VALUE_TRUE;
            case "stream" -> stream = value == JsonToken.VALUE_TRUE;
            case "stream_options" -> streamOptions(value);
            case "encoding_format" ->
                base64 = value == JsonToken.VALUE_STRING && parser.getText().equals("base64");
            case "priority" -> priority = number(value);
            case "dimensions" -> dimensions = Math.clamp(number(value), 0, 65_536);
            default -> parser.skipChildren();
        }
    }

    private void streamOptions(JsonToken value) throws IOException {
        if (value != JsonToken.START_OBJECT) {
            parser.skipChildren();
            return;
        }
        while (parser.nextToken() == JsonToken.FIELD_NAME) {
            boolean usage = parser.currentName().equals("include_usage");
            JsonToken option = parser.nextToken();
            usageInStream = usage ? option == JsonToken.VALUE_TRUE : usageInStream;
            parser.skipChildren();
        }
    }

    private int number(JsonToken value) throws IOException {
        if (value == JsonToken.VALUE_NUMBER_INT) {
            return (int) Math.clamp(parser.getDoubleValue(), Integer.MIN_VALUE, Integer.MAX_VALUE);
        }
        parser.skipChildren();
        return 0;
    }
}
