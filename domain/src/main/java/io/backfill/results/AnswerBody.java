package io.backfill.results;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.io.JsonStringEncoder;
import io.backfill.batches.Usage;
import io.backfill.requests.StrictJson;
import io.backfill.requests.StrictUtf8;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import java.util.Optional;

/**
 * A model's answer, ready to stand in a result line: one JSON object on one line. An answer that is one already keeps every byte,
 * but CR and LF between tokens become spaces; anything else is wrapped into an error object that quotes its beginning.
 *
 * @param wrapped the model's bytes were not one complete UTF-8 JSON object
 * @param usage what its {@code usage} says; zeros where it says nothing
 */
public record AnswerBody(byte[] json, boolean wrapped, Usage usage) {
    /** How much of an answer that had to be wrapped is quoted. */
    static final int QUOTED_BYTES = 4096;

    /** Makes the body of {@code answer}, whose array may be changed. */
    public static AnswerBody of(byte[] answer, String contentType) {
        boolean eventStream = contentType.toLowerCase(Locale.ROOT).startsWith("text/event-stream");
        Optional<Usage> usage = eventStream ? Optional.empty() : usageOfObject(answer);
        if (usage.isEmpty()) {
            return new AnswerBody(wrap(answer), true, Usage.NONE);
        }
        for (int i = 0; i < answer.length; i++) {
            if (answer[i] == '\n' || answer[i] == '\r') {
                // legal JSON has them between tokens only
                answer[i] = ' ';
            }
        }
        return new AnswerBody(answer, false, usage.get());
    }

    /** The usage in one complete JSON object; empty when the bytes are not one. */
    static Optional<Usage> usageOfObject(byte[] bytes) {
        if (!StrictUtf8.valid(bytes, 0, bytes.length)) {
            return Optional.empty();
        }
        try (JsonParser json = StrictJson.FACTORY.createParser(bytes)) {
            if (json.nextToken() != JsonToken.START_OBJECT) {
                return Optional.empty();
            }
            Usage usage = usageAt(json);
            return json.nextToken() == null ? Optional.of(usage) : Optional.empty();
        } catch (IOException notJson) {
            return Optional.empty();
        }
    }

    /** The usage in a whole result line of ours; empty when a crash of the machine left something else there. */
    static Optional<Usage> usageOfLine(byte[] line, int start, int length) {
        if (!StrictUtf8.valid(line, start, length)) {
            return Optional.empty();
        }
        Usage usage = Usage.NONE;
        try (JsonParser json = StrictJson.ENCLOSING_FACTORY.createParser(line, start, length)) {
            if (json.nextToken() != JsonToken.START_OBJECT) {
                return Optional.empty();
            }
            for (String name = json.nextFieldName(); name != null; name = json.nextFieldName()) {
                JsonToken value = json.nextToken();
                if (name.equals("response") && value == JsonToken.START_OBJECT) {
                    usage = usageOfResponse(json);
                } else {
                    json.skipChildren();
                }
            }
            return json.nextToken() == null ? Optional.of(usage) : Optional.empty();
        } catch (IOException damaged) {
            return Optional.empty();
        }
    }

    private static Usage usageOfResponse(JsonParser json) throws IOException {
        Usage usage = Usage.NONE;
        for (String name = json.nextFieldName(); name != null; name = json.nextFieldName()) {
            JsonToken value = json.nextToken();
            if (name.equals("body") && value == JsonToken.START_OBJECT) {
                usage = usageAt(json);
            } else {
                json.skipChildren();
            }
        }
        return usage;
    }

    /** Reads the object whose opening brace is the current token to its end. */
    private static Usage usageAt(JsonParser json) throws IOException {
        Usage usage = Usage.NONE;
        for (String name = json.nextFieldName(); name != null; name = json.nextFieldName()) {
            JsonToken value = json.nextToken();
            if (name.equals("usage") && value == JsonToken.START_OBJECT) {
                usage = readUsage(json);
            } else {
                json.skipChildren();
            }
        }
        return usage;
    }

    private static Usage readUsage(JsonParser json) throws IOException {
        long input = 0;
        long cached = 0;
        long output = 0;
        long reasoning = 0;
        long total = 0;
        for (String name = json.nextFieldName(); name != null; name = json.nextFieldName()) {
            json.nextToken();
            switch (name) {
                case "prompt_tokens", "input_tokens" -> input = count(json);
                case "completion_tokens", "output_tokens" -> output = count(json);
                case "total_tokens" -> total = count(json);
                case "prompt_tokens_details", "input_tokens_details" -> cached = detail(json, "cached_tokens");
                case "completion_tokens_details", "output_tokens_details" ->
                    reasoning = detail(json, "reasoning_tokens");
                default -> json.skipChildren();
            }
        }
        return new Usage(input, cached, output, reasoning, total);
    }

    private static long detail(JsonParser json, String wanted) throws IOException {
        if (json.currentToken() != JsonToken.START_OBJECT) {
            json.skipChildren();
            return 0;
        }
        long found = 0;
        for (String name = json.nextFieldName(); name != null; name = json.nextFieldName()) {
            json.nextToken();
            if (name.equals(wanted)) {
                found = count(json);
            } else {
                json.skipChildren();
            }
        }
        return found;
    }

    /** A token count; zero for anything that cannot be one. */
    private static long count(JsonParser json) throws IOException {
        if (json.currentToken() != JsonToken.VALUE_NUMBER_INT) {
            json.skipChildren();
            return 0;
        }
        return json.getTextLength() > 15 ? 0 : Math.max(0, json.getLongValue());
    }

    private static byte[] wrap(byte[] answer) {
        int quoted = Math.min(answer.length, QUOTED_BYTES);
        // not in the middle of a character
        for (int i = 0; i < 3 && quoted > 0 && quoted < answer.length && (answer[quoted] & 0xC0) == 0x80; i++) {
            quoted--;
        }
        String message = new String(answer, 0, quoted, StandardCharsets.UTF_8);
        String escaped = new String(JsonStringEncoder.getInstance().quoteAsString(message));
        return ("{\"error\":{\"message\":\"" + escaped + "\",\"type\":\"server_error\",\"param\":null,\"code\":null}}")
                .getBytes(StandardCharsets.UTF_8);
    }
}
