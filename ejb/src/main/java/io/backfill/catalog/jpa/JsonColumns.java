package io.backfill.catalog.jpa;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import io.backfill.batches.LineError;
import io.backfill.batches.PartitionBytes;
import io.backfill.batches.Rerun;
import io.backfill.ids.BatchId;
import io.backfill.ids.FileId;
import io.backfill.json.JsonObject;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
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
        return read(text, json -> json.all(String.class));
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
            for (JsonObject error : json.list("", JsonObject.class)) {
                errors.add(new LineError(
                        error.get("code", String.class),
                        error.get("message", String.class),
                        error.optional("param", String.class),
                        error.optional("line", Integer.class)
                                .map(OptionalInt::of)
                                .orElse(OptionalInt.empty())));
            }
            return errors;
        });
    }

    /** Returns a flat array of numbers, three for each partition. */
    static String ofPartitions(List<PartitionBytes> partitions) {
        return write(json -> {
            json.writeStartArray();
            for (PartitionBytes partition : partitions) {
                json.writeNumber(partition.partition());
                json.writeNumber(partition.output());
                json.writeNumber(partition.errors());
            }
            json.writeEndArray();
        });
    }

    static List<PartitionBytes> partitions(String text) {
        return read(text, json -> {
            List<Long> numbers = json.list("", Long.class);
            List<PartitionBytes> partitions = new ArrayList<>();
            for (int i = 0; i + 2 < numbers.size(); i += 3) {
                partitions.add(
                        new PartitionBytes(Math.toIntExact(numbers.get(i)), numbers.get(i + 1), numbers.get(i + 2)));
            }
            return partitions;
        });
    }

    static String ofRerun(Rerun rerun) {
        return write(json -> {
            json.writeStartObject();
            json.writeStringField("of", rerun.of().value());
            json.writeStringField("lines", rerun.lines().wireName());
            json.writeBooleanField("merge", rerun.merge());
            json.writeArrayFieldStart("ancestors");
            for (Rerun.Ancestor ancestor : rerun.ancestors()) {
                json.writeStartObject();
                if (ancestor.output().isPresent()) {
                    json.writeStringField("output", ancestor.output().get().value());
                }
                if (ancestor.errors().isPresent()) {
                    json.writeStringField("errors", ancestor.errors().get().value());
                }
                json.writeEndObject();
            }
            json.writeEndArray();
            json.writeEndObject();
        });
    }

    static Rerun rerun(String text) {
        return read(text, json -> {
            List<Rerun.Ancestor> ancestors = new ArrayList<>();
            for (JsonObject ancestor : json.list("ancestors", JsonObject.class)) {
                ancestors.add(new Rerun.Ancestor(
                        ancestor.optional("output", String.class).map(FileId::new),
                        ancestor.optional("errors", String.class).map(FileId::new)));
            }
            return new Rerun(
                    new BatchId(json.get("of", String.class)),
                    Rerun.Lines.of(json.get("lines", String.class))
                            .orElseThrow(() -> new IOException("a rerun of unknown lines")),
                    json.get("merge", Boolean.class),
                    ancestors);
        });
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
        try {
            ByteArrayInputStream bytes = new ByteArrayInputStream(text.getBytes(StandardCharsets.UTF_8));
            return reading.readFrom(JsonObject.read(bytes, "a catalog column"));
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
        T readFrom(JsonObject json) throws IOException;
    }
}
