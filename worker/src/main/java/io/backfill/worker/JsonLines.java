package io.backfill.worker;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.time.InstantSource;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * The log of a pod, one JSON object per line. The last lines become the pod's termination message, which is shown to the gateway
 * and to operators. Thread-safe.
 */
final class JsonLines {
    private static final JsonFactory JSON = new JsonFactory();
    private static final int LONGEST_TEXT = 1000;

    private final PrintStream out;
    private final InstantSource time;
    private final Map<String, Object> context = new LinkedHashMap<>();

    JsonLines(PrintStream out, InstantSource time) {
        this.out = out;
        this.time = time;
    }

    /** Adds a field to all following lines. */
    synchronized void context(String name, Object value) {
        context.put(name, value);
    }

    void info(String message, Map<String, ?> fields) {
        line("INFO", message, fields);
    }

    void warn(String message) {
        line("WARN", message, Map.of());
    }

    void error(String message, Map<String, ?> fields) {
        line("ERROR", message, fields);
    }

    synchronized void line(String level, String message, Map<String, ?> fields) {
        ByteArrayOutputStream line = new ByteArrayOutputStream();
        try (JsonGenerator json = JSON.createGenerator(line)) {
            json.writeStartObject();
            json.writeStringField("time", time.instant().toString());
            json.writeStringField("level", level);
            json.writeStringField("message", shortened(message));
            for (Map.Entry<String, Object> field : context.entrySet()) {
                write(json, field.getKey(), field.getValue());
            }
            for (Map.Entry<String, ?> field : fields.entrySet()) {
                write(json, field.getKey(), field.getValue());
            }
            json.writeEndObject();
        } catch (IOException impossible) {
            throw new IllegalStateException(impossible);
        }
        line.write('\n');
        byte[] bytes = line.toByteArray();
        out.write(bytes, 0, bytes.length);
        out.flush();
    }

    private static void write(JsonGenerator json, String name, Object value) throws IOException {
        switch (value) {
            case Integer number -> json.writeNumberField(name, number);
            case Long number -> json.writeNumberField(name, number);
            case Double number -> json.writeNumberField(name, number);
            default -> json.writeStringField(name, shortened(value.toString()));
        }
    }

    private static String shortened(String text) {
        if (text.length() <= LONGEST_TEXT) {
            return text;
        }
        // half of a surrogate pair cannot be written
        boolean inPair = Character.isHighSurrogate(text.charAt(LONGEST_TEXT - 1));
        return text.substring(0, inPair ? LONGEST_TEXT - 1 : LONGEST_TEXT) + "…";
    }
}
