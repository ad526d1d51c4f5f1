package io.backfill.api.http;

import io.backfill.api.Json;
import io.backfill.api.JsonFields;
import io.backfill.api.multipart.BoundedBody;
import io.backfill.errors.BackfillException;
import io.backfill.errors.ErrorCode;
import java.io.IOException;
import java.io.InputStream;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Pattern;

/** The JSON body of a request, at most 1 MB. */
public final class JsonBody {
    private static final int MAX_BYTES = 1024 * 1024;
    private static final Pattern JSON_TYPE = Pattern.compile("application/([a-z0-9.-]+\\+)?json\\s*(;.*)?");

    private final byte[] bytes;

    private JsonBody(byte[] bytes) {
        this.bytes = bytes;
    }

    /**
     * Reads the whole body. A request without a content type is assumed to be JSON.
     *
     * @throws BackfillException {@code UNSUPPORTED_CONTENT_TYPE}, {@code TOO_LARGE}
     */
    public static JsonBody read(ApiRequest request) {
        requireJson(request);
        BackfillException tooLarge = new BackfillException(
                ErrorCode.TOO_LARGE, "The request body is too large: at most " + MAX_BYTES + " bytes are allowed.");
        try (InputStream body = new BoundedBody(request.body(MAX_BYTES, tooLarge), MAX_BYTES, tooLarge)) {
            return new JsonBody(body.readAllBytes());
        } catch (IOException e) {
            throw new BackfillException(
                    ErrorCode.INVALID_REQUEST, "The connection failed before the whole body had arrived.", e);
        }
    }

    /** @throws BackfillException {@code UNSUPPORTED_CONTENT_TYPE} if the request has another content type than JSON */
    public static void requireJson(ApiRequest request) {
        Optional<String> type = request.header("Content-Type").map(value -> value.toLowerCase(Locale.ROOT));
        if (type.isPresent() && !JSON_TYPE.matcher(type.get()).matches()) {
            throw new BackfillException(
                    ErrorCode.UNSUPPORTED_CONTENT_TYPE, "Unsupported content type. Expected 'application/json'.");
        }
    }

    /** Returns the bytes as sent. */
    public byte[] bytes() {
        return bytes.clone();
    }

    /** Returns the members of the body, of which there are none if the body is empty. */
    public JsonFields fieldsOrNone() {
        return bytes.length == 0 ? JsonFields.NONE : fields();
    }

    public boolean isEmpty() {
        return bytes.length == 0;
    }

    /** Returns the members of the body, which must be a JSON object. */
    public JsonFields fields() {
        return JsonFields.of(Json.parse(bytes));
    }
}
