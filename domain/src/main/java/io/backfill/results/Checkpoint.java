package io.backfill.results;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import io.backfill.batches.Usage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;

/**
 * A snapshot of a partition's log. Everything in it was forced before it was recorded. A checkpoint is written as a whole under a
 * name that contains the epoch, so an owner that lost its lease cannot overwrite the checkpoint of a later owner. Done positions
 * are stored as runs, so the stored size depends on the number of gaps, not on the number of lines.
 *
 * @param sequence increases with every checkpoint of the same epoch
 * @param done positions in the plan whose result is in the segments
 * @param segments with the number of bytes that count
 */
public record Checkpoint(long epoch, long sequence, BitSet done, List<Segment> segments, LogTotals totals) {
    private static final JsonFactory JSON = new JsonFactory();

    /** The state before the first owner. */
    public static final Checkpoint NONE = new Checkpoint(0, 0, new BitSet(), List.of(), LogTotals.NONE);

    public Checkpoint {
        segments = List.copyOf(segments);
    }

    public static String name(long epoch) {
        return "checkpoint-" + epoch + ".json";
    }

    /** Returns the epoch in a checkpoint's name, or -1 if it is not the name of a checkpoint. */
    public static long epochOfName(String name) {
        return name.matches("checkpoint-[0-9]{1,18}\\.json")
                ? Long.parseLong(name.substring("checkpoint-".length(), name.length() - ".json".length()))
                : -1;
    }

    public byte[] toJson() {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (JsonGenerator json = JSON.createGenerator(bytes)) {
            json.writeStartObject();
            json.writeNumberField("epoch", epoch);
            json.writeNumberField("sequence", sequence);
            json.writeNumberField("completed", totals.completed());
            json.writeNumberField("failed", totals.failed());
            json.writeArrayFieldStart("usage");
            json.writeNumber(totals.usage().inputTokens());
            json.writeNumber(totals.usage().cachedTokens());
            json.writeNumber(totals.usage().outputTokens());
            json.writeNumber(totals.usage().reasoningTokens());
            json.writeNumber(totals.usage().totalTokens());
            json.writeEndArray();
            json.writeArrayFieldStart("segments");
            for (Segment segment : segments) {
                json.writeStartObject();
                json.writeStringField("name", segment.name());
                json.writeNumberField("length", segment.length());
                json.writeEndObject();
            }
            json.writeEndArray();
            json.writeArrayFieldStart("done");
            for (int from = done.nextSetBit(0); from >= 0; ) {
                int to = done.nextClearBit(from);
                json.writeNumber(from);
                json.writeNumber(to);
                from = done.nextSetBit(to);
            }
            json.writeEndArray();
            json.writeEndObject();
        } catch (IOException impossible) {
            throw new IllegalStateException(impossible);
        }
        return bytes.toByteArray();
    }

    /** @throws IOException if the bytes are not a complete checkpoint */
    public static Checkpoint read(InputStream in) throws IOException {
        long epoch = 0;
        long sequence = 0;
        int completed = 0;
        int failed = 0;
        Usage usage = Usage.NONE;
        List<Segment> segments = new ArrayList<>();
        BitSet done = new BitSet();
        try (JsonParser json = JSON.createParser(in)) {
            json.nextToken();
            for (String name = json.nextFieldName(); name != null; name = json.nextFieldName()) {
                json.nextToken();
                switch (name) {
                    case "epoch" -> epoch = json.getLongValue();
                    case "sequence" -> sequence = json.getLongValue();
                    case "completed" -> completed = json.getIntValue();
                    case "failed" -> failed = json.getIntValue();
                    case "usage" -> usage = readUsage(json);
                    case "segments" -> readSegments(json, segments);
                    case "done" -> readRuns(json, done);
                    default -> json.skipChildren();
                }
            }
            if (json.currentToken() != JsonToken.END_OBJECT) {
                throw new IOException("the checkpoint is truncated");
            }
        }
        return new Checkpoint(epoch, sequence, done, segments, new LogTotals(completed, failed, usage));
    }

    private static Usage readUsage(JsonParser json) throws IOException {
        long[] values = new long[5];
        for (int i = 0; i < values.length; i++) {
            json.nextToken();
            values[i] = json.getLongValue();
        }
        if (json.nextToken() != JsonToken.END_ARRAY) {
            throw new IOException("the checkpoint's usage has more than " + values.length + " numbers");
        }
        return new Usage(values[0], values[1], values[2], values[3], values[4]);
    }

    private static void readSegments(JsonParser json, List<Segment> segments) throws IOException {
        while (json.nextToken() == JsonToken.START_OBJECT) {
            String name = "";
            long length = 0;
            for (String field = json.nextFieldName(); field != null; field = json.nextFieldName()) {
                json.nextToken();
                switch (field) {
                    case "name" -> name = json.getText();
                    case "length" -> length = json.getLongValue();
                    default -> json.skipChildren();
                }
            }
            String unknown = name;
            segments.add(Segment.ofName(name, length)
                    .orElseThrow(() -> new IOException("the checkpoint has an invalid segment '" + unknown + "'")));
        }
    }

    private static void readRuns(JsonParser json, BitSet done) throws IOException {
        while (json.nextToken() != JsonToken.END_ARRAY) {
            int from = json.getIntValue();
            json.nextToken();
            int to = json.getIntValue();
            if (from < 0 || to <= from) {
                throw new IOException("the checkpoint has an invalid run from " + from + " to " + to);
            }
            done.set(from, to);
        }
    }
}
