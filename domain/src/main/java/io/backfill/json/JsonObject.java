package io.backfill.json;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParseException;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * A JSON object in memory whose members are read by name and by type: {@link String}, {@link Integer}, {@link Long},
 * {@link Boolean}, or an object. Members that are not read may have any value. A required member that is missing, or a member of
 * another type, is a {@link JsonParseException}. By Jackson's defaults, nesting is limited to 1000 levels and a text to 20 million
 * characters.
 */
public final class JsonObject {
    private static final JsonFactory JSON = new JsonFactory();

    private final String what;
    private final Map<String, Object> members;

    private JsonObject(String what, Map<String, Object> members) {
        this.what = what;
        this.members = members;
    }

    /**
     * Reads a document, which messages of exceptions call {@code what}. An array becomes an object whose only member has an empty
     * name.
     */
    public static JsonObject read(InputStream in, String what) throws IOException {
        try (JsonParser json = JSON.createParser(in)) {
            Object document = next(json, what);
            return document instanceof JsonObject object ? object : new JsonObject(what, Map.of("", document));
        }
    }

    public <T> T get(String name, Class<T> type) throws IOException {
        return optional(name, type).orElseThrow(() -> new JsonParseException(null, what + " has no '" + name + "'"));
    }

    public <T> Optional<T> optional(String name, Class<T> type) throws IOException {
        Object value = members.get(name);
        return value == null ? Optional.empty() : Optional.of(typed(name, value, type));
    }

    /** Returns the elements of an array, none if it is missing. */
    public <T> List<T> list(String name, Class<T> type) throws IOException {
        List<T> elements = new ArrayList<>();
        for (Object element : optional(name, Object[].class).orElse(new Object[0])) {
            elements.add(typed(name, element, type));
        }
        return elements;
    }

    /** Returns all members, in their order. */
    public <T> Map<String, T> all(Class<T> type) throws IOException {
        Map<String, T> all = new LinkedHashMap<>();
        for (String name : members.keySet()) {
            all.put(name, get(name, type));
        }
        return all;
    }

    private <T> T typed(String name, Object value, Class<T> type) throws IOException {
        Object number = type == Long.class && value instanceof Integer small ? Long.valueOf(small) : value;
        if (!type.isInstance(number)) {
            throw new JsonParseException(null, what + " has an invalid '" + name + "'");
        }
        return type.cast(number);
    }

    /** Reads the next value. The end of an array, and a value of a type that nothing reads, are returned as their token. */
    private static Object next(JsonParser json, String what) throws IOException {
        return switch (json.nextToken()) {
            case null -> throw new IOException(what + " is truncated");
            case START_OBJECT -> {
                Map<String, Object> members = new LinkedHashMap<>();
                for (String name = json.nextFieldName(); name != null; name = json.nextFieldName()) {
                    members.put(name, next(json, what + "'s '" + name + "'"));
                }
                yield new JsonObject(what, members);
            }
            case START_ARRAY -> {
                List<Object> elements = new ArrayList<>();
                for (Object value = next(json, what); value != JsonToken.END_ARRAY; value = next(json, what)) {
                    elements.add(value);
                }
                yield elements.toArray();
            }
            case VALUE_STRING -> json.getText();
            case VALUE_NUMBER_INT -> json.getNumberValue();
            case VALUE_TRUE, VALUE_FALSE -> json.getBooleanValue();
            default -> json.currentToken();
        };
    }
}
