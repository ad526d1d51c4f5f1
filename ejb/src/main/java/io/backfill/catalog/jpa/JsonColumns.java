package io.backfill.catalog.jpa;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import io.backfill.batches.LineError;
import java.io.IOException;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;

/** Converts lists and maps to and from the JSON text of their columns. */
final class JsonColumns {
    private static final JsonFactory JSON = new JsonFactory();

    private JsonColumns() {}

    /** Returns the pairs as a JSON object, in their order. */
    static String ofMetadata(Map<String, String> metadata) {
        return write(json -> {
            json.writeStartObject();
            for (Map.Entry<String, String> pair : metadata.entrySet()) {
                json.writeStringField(pair.getKey(), pair.getValue());
            }
            json.writeEndObject();
        });
    }

    static Map<String, String> metadata(String text) {
        return read(text, json -> {
            Map<String, String> metadata = new LinkedHashMap<>();
            json.nextToken();
            while (json.nextToken() == JsonToken.FIELD_NAME) {
                metadata.put(json.currentName(), json.nextTextValue());
            }
            return metadata;
        });
    }

    static String ofErrors(List<LineError> errors) {
        return write(json -> {
            json.writeStartArray();
            for (LineError error : errors) {
                json.writeStartObject();
                json.writeStringField("code", error.code());
                json.writeStringField("message", error.message());
                if (error.param().isPresent()) {
                    json.writeStringField("param", error.param().get());
                }
                if (error.line().isPresent()) {
                    json.writeNumberField("line", error.line().getAsInt());
                }
                json.writeEndObject();
            }
            json.writeEndArray();
        });
    }

    static List<LineError> errors(String text) {
        return read(text, json -> {
            List<LineError> errors = new ArrayList<>();
            json.nextToken();
            while (json.nextToken() == JsonToken.START_OBJECT) {
                errors.add(error(json));
            }
            return errors;
        });
    }

    private static LineError error(JsonParser json) throws IOException {
        String code = "";
        String message = "";
        Optional<String> param = Optional.empty();
        OptionalInt line = OptionalInt.empty();
        while (json.nextToken() == JsonToken.FIELD_NAME) {
            String name = json.currentName();
            json.nextToken();
            switch (name) {
                case "code" -> code = json.getText();
                case "message" -> message = json.getText();
                case "param" -> param = Optional.of(json.getText());
                case "line" -> line = OptionalInt.of(json.getIntValue());
                default -> json.skipChildren();
            }
        }
        return new LineError(code, message, param, line);
    }

    private static String write(Writing writing) {
        StringWriter text = new StringWriter();
        try (JsonGenerator json = JSON.createGenerator(text)) {
            writing.writeTo(json);
        } catch (IOException e) {
            throw new UncheckedIOException("cannot write JSON into memory", e);
        }
        return text.toString();
    }

    private static <T> T read(String text, Reading<T> reading) {
        try (JsonParser json = JSON.createParser(text)) {
            return reading.readFrom(json);
        } catch (IOException e) {
            throw new UncheckedIOException("a catalog column does not contain valid JSON", e);
        }
    }

    @FunctionalInterface
    private interface Writing {
        void writeTo(JsonGenerator json) throws IOException;
    }

    @FunctionalInterface
    private interface Reading<T> {
        T readFrom(JsonParser json) throws IOException;
    }
}
