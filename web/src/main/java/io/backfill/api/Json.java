package io.backfill.api;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.backfill.errors.BackfillException;
import io.backfill.errors.ErrorCode;
import jakarta.ws.rs.core.Response;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Arrays;

/**
 * The API's JSON: every component of a record, nulls included, followed by a newline. Responses are serialized here rather than by
 * the JAX-RS provider, so that they are the same inside and outside of JAX-RS, whatever the client accepts.
 */
public final class Json {
    public static final String MEDIA_TYPE = "application/json";

    private static final ObjectMapper MAPPER = JsonMapper.builder()
            .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
            .build();

    private Json() {}

    public static Response answer(int status, Object body) {
        return Response.status(status).type(MEDIA_TYPE).entity(bytes(body)).build();
    }

    public static Response ok(Object body) {
        return answer(200, body);
    }

    public static byte[] bytes(Object body) {
        try {
            byte[] json = MAPPER.writeValueAsBytes(body);
            byte[] line = Arrays.copyOf(json, json.length + 1);
            line[json.length] = '\n';
            return line;
        } catch (JsonProcessingException e) {
            throw new UncheckedIOException(e);
        }
    }

    /**
     * Parses one JSON text. If an object has several members with the same name, the last one counts.
     *
     * @throws BackfillException {@code INVALID_REQUEST} if the text is not valid JSON
     */
    public static JsonNode parse(byte[] text) {
        try {
            JsonNode tree = MAPPER.readTree(text);
            if (!tree.isMissingNode()) {
                return tree;
            }
        } catch (IOException e) {
            throw notJson(e);
        }
        throw notJson(new IOException("the body is empty"));
    }

    private static BackfillException notJson(IOException cause) {
        return new BackfillException(
                ErrorCode.INVALID_REQUEST,
                "We could not parse the JSON body of your request. (HINT: This likely means you aren't using your HTTP library"
                        + " correctly. The OpenAI API expects a JSON payload, but what was sent was not valid JSON.)",
                cause);
    }
}
