package io.backfill.requests;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import io.backfill.errors.BackfillException;
import io.backfill.errors.ErrorCode;
import java.io.ByteArrayOutputStream;
import java.io.Closeable;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * Turns the body of {@code POST /v1/messages/batches} into input lines while it arrives. One request is in memory at a time. The
 * bytes of {@code custom_id} and {@code params} are kept as sent, except that CR and LF between JSON tokens become spaces. Checks
 * what the gateway needs in order to route a request; everything else in {@code params} is left to the model. Not thread-safe.
 */
public final class MessageRequests implements Closeable {
    private static final String REQUESTS = "requests";
    private static final int MAX_CUSTOM_ID = 512;
    private static final int MAX_SHOWN = 64;
    private static final byte[] BEFORE_ID = ascii("{\"custom_id\":");
    private static final byte[] BEFORE_BODY = ascii(",\"method\":\"POST\",\"url\":\"/v1/messages\",\"body\":");
    private static final byte[] END = ascii("}\n");
    private static final byte[] NO_MORE = {};

    /**
     * Rules for requests.
     *
     * @param limits maximum number of requests
     * @param maxLineBytes maximum length of the line made from a request
     * @param modelRefusal returns why a model cannot be used, or empty
     * @param firstSeen records a custom_id and returns whether it is new
     */
    public record Rules(
            MessageLimits limits,
            int maxLineBytes,
            Function<String, Optional<String>> modelRefusal,
            Predicate<String> firstSeen) {}

    private final Rules rules;
    private final RetainedBytes bytes;
    private final JsonParser parser;
    private boolean begun;
    private int count;

    public MessageRequests(InputStream body, Rules rules) throws IOException {
        this.rules = rules;
        this.bytes = new RetainedBytes(body, rules.maxLineBytes() + 64 * 1024);
        this.parser = StrictJson.FACTORY.createParser(bytes);
    }

    /** Returns the number of requests so far. */
    public int count() {
        return count;
    }

    /**
     * Returns the next line with its LF, or an empty array after the last one.
     *
     * @throws BackfillException if the body is not a valid request
     * @throws IOException if the body cannot be read
     */
    public byte[] next() throws IOException {
        try {
            if (!begun) {
                begin();
                begun = true;
            }
            JsonToken token = parser.nextToken();
            if (token == JsonToken.END_ARRAY) {
                end();
                return NO_MORE;
            }
            if (++count > rules.limits().maxRequests()) {
                throw refusal(
                        "requests: at most " + rules.limits().maxRequests() + " requests are allowed in a batch",
                        REQUESTS);
            }
            return request(at(), token);
        } catch (RetainedBytes.TooManyRetainedException e) {
            throw new BackfillException(
                    ErrorCode.TOO_LARGE, at() + ": larger than the " + rules.maxLineBytes() + " bytes allowed", e);
        } catch (JsonProcessingException e) {
            throw new BackfillException(
                    ErrorCode.INVALID_REQUEST, "The request body is not valid JSON: " + e.getOriginalMessage(), e);
        }
    }

    @Override
    public void close() throws IOException {
        parser.close();
    }

    private void begin() throws IOException {
        if (parser.nextToken() != JsonToken.START_OBJECT) {
            throw refusal("The request body must be a JSON object", "");
        }
        String name = parser.nextFieldName();
        if (name == null) {
            throw refusal("requests: Field required", REQUESTS);
        }
        requireOnly(name, REQUESTS, "");
        if (parser.nextToken() != JsonToken.START_ARRAY) {
            throw refusal("requests: Input should be a valid array", REQUESTS);
        }
    }

    private void end() throws IOException {
        if (count == 0) {
            throw refusal("requests: at least one request is required", REQUESTS);
        }
        String name = parser.nextFieldName();
        if (name != null) {
            requireOnly(name, "", "");
        }
        if (parser.nextToken() != null) {
            throw refusal("The request body must be one JSON object", "");
        }
    }

    private byte[] request(String path, JsonToken first) throws IOException {
        if (first != JsonToken.START_OBJECT) {
            throw refusal(path + ": Input should be an object", path);
        }
        bytes.forgetBefore(parser.currentTokenLocation().getByteOffset());
        byte @Nullable [] id = null;
        byte @Nullable [] params = null;
        for (String name = parser.nextFieldName(); name != null; name = parser.nextFieldName()) {
            parser.nextToken();
            String param = path + "." + shown(name);
            switch (name) {
                case "custom_id" -> id = customId(param, id != null);
                case "params" -> params = params(param, params != null);
                default -> requireOnly(name, "", path + ".");
            }
        }
        if (id == null) {
            throw refusal(path + ".custom_id: Field required", path + ".custom_id");
        }
        if (params == null) {
            throw refusal(path + ".params: Field required", path + ".params");
        }
        return line(path, id, params);
    }

    private byte[] customId(String param, boolean again) throws IOException {
        if (again) {
            throw refusal(param + ": given twice", param);
        }
        if (parser.currentToken() != JsonToken.VALUE_STRING) {
            throw refusal(param + ": Input should be a valid string", param);
        }
        long start = parser.currentTokenLocation().getByteOffset();
        String id = parser.getText();
        int length = id.codePointCount(0, id.length());
        if (length == 0 || length > MAX_CUSTOM_ID) {
            throw refusal(param + ": String should have 1 to " + MAX_CUSTOM_ID + " characters", param);
        }
        if (!rules.firstSeen().test(id)) {
            throw refusal(param + ": '" + shown(id) + "' is not unique in this batch", param);
        }
        return bytes.between(start, parser.currentLocation().getByteOffset());
    }

    private byte[] params(String param, boolean again) throws IOException {
        if (again) {
            throw refusal(param + ": given twice", param);
        }
        if (parser.currentToken() != JsonToken.START_OBJECT) {
            throw refusal(param + ": Input should be an object", param);
        }
        long start = parser.currentTokenLocation().getByteOffset();
        String model = "";
        boolean stream = false;
        for (String name = parser.nextFieldName(); name != null; name = parser.nextFieldName()) {
            JsonToken value = parser.nextToken();
            // as in a line, the last one counts if a member is given twice
            switch (name) {
                case "model" -> {
                    if (value != JsonToken.VALUE_STRING) {
                        throw refusal(param + ".model: Input should be a valid string", param + ".model");
                    }
                    model = parser.getText();
                }
                case "stream" -> stream = value != JsonToken.VALUE_FALSE && value != JsonToken.VALUE_NULL;
                default -> parser.skipChildren();
            }
            parser.skipChildren();
        }
        if (stream) {
            throw refusal(param + ".stream: Streaming is not supported in a batch", param + ".stream");
        }
        checkModel(model, param + ".model");
        return bytes.between(start, parser.currentLocation().getByteOffset());
    }

    private void checkModel(String model, String param) {
        if (model.isEmpty()) {
            throw refusal(param + ": Field required", param);
        }
        Optional<String> unusable = LineCheck.canBeModel(model)
                ? rules.modelRefusal().apply(model)
                : Optional.of("the model '" + shown(model) + "' does not exist");
        if (unusable.isPresent()) {
            throw refusal(param + ": " + unusable.get(), param);
        }
    }

    private byte[] line(String path, byte[] id, byte[] params) {
        ByteArrayOutputStream line = new ByteArrayOutputStream(
                BEFORE_ID.length + id.length + BEFORE_BODY.length + params.length + END.length);
        line.writeBytes(BEFORE_ID);
        line.writeBytes(id);
        line.writeBytes(BEFORE_BODY);
        line.writeBytes(onOneLine(params));
        line.writeBytes(END);
        byte[] whole = line.toByteArray();
        if (whole.length - 1 > rules.maxLineBytes()) {
            throw new BackfillException(
                    ErrorCode.TOO_LARGE, path + ": larger than the " + rules.maxLineBytes() + " bytes allowed", path);
        }
        if (!StrictUtf8.valid(whole, 0, whole.length)) {
            throw refusal(path + ": not valid UTF-8", path);
        }
        return whole;
    }

    /** Replaces line ends, which valid JSON has only between tokens. */
    private static byte[] onOneLine(byte[] json) {
        for (int i = 0; i < json.length; i++) {
            if (json[i] == '\n' || json[i] == '\r') {
                json[i] = ' ';
            }
        }
        return json;
    }

    private String at() {
        return REQUESTS + "." + Math.max(0, count - 1);
    }

    private static void requireOnly(String name, String allowed, String prefix) {
        if (!name.equals(allowed)) {
            String param = prefix + shown(name);
            throw refusal(param + ": Extra inputs are not permitted", param);
        }
    }

    private static BackfillException refusal(String message, String param) {
        return new BackfillException(ErrorCode.INVALID_REQUEST, message, param);
    }

    private static String shown(String text) {
        String shown = LineCheck.shown(text);
        return shown.length() <= MAX_SHOWN ? shown : shown.substring(0, MAX_SHOWN) + "…";
    }

    private static byte[] ascii(String text) {
        return text.getBytes(StandardCharsets.ISO_8859_1);
    }
}
