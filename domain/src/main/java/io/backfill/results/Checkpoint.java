package io.backfill.results;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import io.backfill.batches.Usage;
import io.backfill.json.JsonObject;
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

    /** Returns the segments of a kind that are not empty, in the order in which they were written. */
    public List<Segment> segments(ResultKind kind) {
        return segments.stream()
                .filter(segment -> segment.kind() == kind && segment.length() > 0)
                .sorted(Segment.ORDER)
                .toList();
    }

    /** Returns the number of bytes of a kind. */
    public long bytes(ResultKind kind) {
        return segments(kind).stream().mapToLong(Segment::length).sum();
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
        JsonObject json = JsonObject.read(in, "the checkpoint");
        List<Segment> segments = new ArrayList<>();
        for (JsonObject segment : json.list("segments", JsonObject.class)) {
            String name = segment.get("name", String.class);
            segments.add(Segment.ofName(name, segment.get("length", Long.class))
                    .orElseThrow(() -> new IOException("the checkpoint has an invalid segment '" + name + "'")));
        }
        LogTotals totals = new LogTotals(
                json.optional("completed", Integer.class).orElse(0),
                json.optional("failed", Integer.class).orElse(0),
                usage(json.list("usage", Long.class)));
        BitSet done = done(json.list("done", Integer.class));
        return new Checkpoint(json.get("epoch", Long.class), json.get("sequence", Long.class), done, segments, totals);
    }

    private static Usage usage(List<Long> numbers) throws IOException {
        return switch (numbers.size()) {
            case 0 -> Usage.NONE;
            case 5 -> new Usage(numbers.get(0), numbers.get(1), numbers.get(2), numbers.get(3), numbers.get(4));
            default -> throw new IOException("the checkpoint's usage has " + numbers.size() + " numbers instead of 5");
        };
    }

    private static BitSet done(List<Integer> runs) throws IOException {
        BitSet done = new BitSet();
        for (int i = 0; i < runs.size(); i += 2) {
            int from = runs.get(i);
            int to = i + 1 < runs.size() ? runs.get(i + 1) : -1;
            if (from < 0 || to <= from) {
                throw new IOException("the checkpoint has an invalid run from " + from + " to " + to);
            }
            done.set(from, to);
        }
        return done;
    }
}
