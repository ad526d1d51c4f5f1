package io.backfill.api;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import io.backfill.errors.BackfillException;
import io.backfill.errors.ErrorCode;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * The members of a JSON object sent by a client, read by name and type. A member that is missing or has the wrong type is rejected
 * with OpenAI's error message. Unknown members are ignored. An optional member that is null counts as missing.
 */
public final class JsonFields {
    /** The members of an empty object. */
    public static final JsonFields NONE = new JsonFields(JsonNodeFactory.instance.objectNode(), "");

    private final JsonNode object;
    private final String prefix;

    private JsonFields(JsonNode object, String prefix) {
        this.object = object;
        this.prefix = prefix;
    }

    /** Returns the members of a request body. */
    public static JsonFields of(JsonNode request) {
        if (!request.isObject()) {
            throw new BackfillException(
                    ErrorCode.INVALID_TYPE,
                    "Invalid type for the request body: expected an object, but got " + typeOf(request) + " instead.");
        }
        return new JsonFields(request, "");
    }

    public String string(String name) {
        JsonNode value = required(name);
        if (!value.isTextual()) {
            throw wrongType(prefix + name, "a string", value);
        }
        return storable(prefix + name, value.textValue());
    }

    public Optional<String> optionalString(String name) {
        return present(name) ? Optional.of(string(name)) : Optional.empty();
    }

    /** Returns a boolean member; {@code byDefault} if it is missing or null. */
    public boolean flag(String name, boolean byDefault) {
        return optionalFlag(name).orElse(byDefault);
    }

    /** Returns a boolean member; empty if it is missing or null. */
    public Optional<Boolean> optionalFlag(String name) {
        if (!present(name)) {
            return Optional.empty();
        }
        JsonNode value = object.get(name);
        if (!value.isBoolean()) {
            throw wrongType(prefix + name, "a boolean", value);
        }
        return Optional.of(value.booleanValue());
    }

    /** Returns whether the member is there and not null. */
    public boolean has(String name) {
        return present(name);
    }

    public BigInteger integer(String name) {
        JsonNode value = required(name);
        if (!value.isIntegralNumber()) {
            throw wrongType(prefix + name, "an integer", value);
        }
        return value.bigIntegerValue();
    }

    public List<String> strings(String name) {
        JsonNode value = required(name);
        if (!value.isArray()) {
            throw wrongType(prefix + name, "an array", value);
        }
        List<String> strings = new ArrayList<>();
        for (JsonNode element : value) {
            if (!element.isTextual()) {
                throw wrongType(prefix + name + "[" + strings.size() + "]", "a string", element);
            }
            strings.add(element.textValue());
        }
        return strings;
    }

    /** Returns the members of a nested object. */
    public Optional<JsonFields> optionalObject(String name) {
        return optionalObjectNode(name).map(node -> new JsonFields(node, prefix + name + "."));
    }

    Optional<JsonNode> optionalObjectNode(String name) {
        if (!present(name)) {
            return Optional.empty();
        }
        JsonNode value = object.get(name);
        if (!value.isObject()) {
            throw wrongType(prefix + name, "an object", value);
        }
        return Optional.of(value);
    }

    /** Returns the names of all members, in the order in which they were sent. */
    public List<String> names() {
        List<String> names = new ArrayList<>();
        object.fieldNames().forEachRemaining(names::add);
        return names;
    }

    /** Whether the member is present and null. */
    public boolean isNull(String name) {
        return object.has(name) && object.get(name).isNull();
    }

    private boolean present(String name) {
        return object.hasNonNull(name);
    }

    private JsonNode required(String name) {
        JsonNode value = object.get(name);
        if (value == null) {
            throw missing(prefix + name);
        }
        return value;
    }

    /** Returns the error for a request without {@code param}. */
    public static BackfillException missing(String param) {
        return new BackfillException(
                ErrorCode.MISSING_REQUIRED_PARAMETER, "Missing required parameter: '" + param + "'.", param);
    }

    static BackfillException wrongType(String param, String expected, JsonNode actual) {
        return new BackfillException(
                ErrorCode.INVALID_TYPE,
                "Invalid type for '" + param + "': expected " + expected + ", but got " + typeOf(actual) + " instead.",
                param);
    }

    /** Rejects U+0000 and unpaired surrogates: JSON allows them, but databases cannot store them unchanged as text. */
    static String storable(String param, String text) {
        boolean unstorable = text.codePoints()
                .anyMatch(c -> c == 0 || (c >= Character.MIN_SURROGATE && c <= Character.MAX_SURROGATE));
        if (unstorable) {
            throw new BackfillException(
                    ErrorCode.INVALID_VALUE,
                    "Invalid '" + param
                            + "': it contains a character that cannot be stored (U+0000, or half a surrogate"
                            + " pair).",
                    param);
        }
        return text;
    }

    private static String typeOf(JsonNode node) {
        return switch (node.getNodeType()) {
            case ARRAY -> "an array";
            case OBJECT, POJO -> "an object";
            case BOOLEAN -> "a boolean";
            case STRING, BINARY -> "a string";
            case NUMBER -> node.isIntegralNumber() ? "an integer" : "a decimal number";
            case NULL, MISSING -> "null";
        };
    }
}
