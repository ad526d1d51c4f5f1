package io.backfill.results;

import static org.assertj.core.api.Assertions.assertThat;

import io.backfill.answers.Answer;
import io.backfill.batches.Usage;
import io.backfill.files.BlobPiece;
import io.backfill.files.BlobReader;
import io.backfill.files.FileStore;
import io.backfill.files.PiecewiseInputStream;
import io.backfill.ids.BatchId;
import io.backfill.plan.ModelPlan;
import io.backfill.plan.PlanConfig;
import io.backfill.plan.PlanCursor;
import io.backfill.plan.PlanEntry;
import io.backfill.plan.PlanManifest;
import io.backfill.plan.PlanOrder;
import io.backfill.plan.PlanResult;
import io.backfill.plan.PlanStore;
import io.backfill.plan.Planner;
import io.backfill.testing.MemorySpool;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** A batch with one model and a stored plan, for tests of its log. Every fifth line ends as an error. */
public record PlannedBatch(BatchId id, PlanManifest manifest, List<PlanEntry> entries) {
    /** The usage of every successful line. */
    public static final Usage USAGE = new Usage(10, 4, 20, 0, 30);

    private static final String ENDPOINT = "/v1/chat/completions";

    /**
     * Plans {@code lines} lines. The input has an empty line between any two of them, so that plan position and line number differ.
     */
    public static PlannedBatch in(FileStore store, BatchId id, int lines) throws IOException {
        int[] next = {0};
        String input = "files/input-of-" + id;
        PiecewiseInputStream bytes =
                new PiecewiseInputStream(() -> next[0] == lines ? new byte[0] : request(next[0]++));
        store.put(input, bytes, Long.MAX_VALUE);
        Planner planner = new Planner(store, PlanConfig.DEFAULT, ENDPOINT::equals, model -> true);
        PlanResult result = planner.plan(id, ENDPOINT, input, PlanOrder.FILE, () -> false);
        assertThat(result).isInstanceOf(PlanResult.Planned.class);
        return stored(store, id);
    }

    /** Returns the batch whose plan is in {@code store}, possibly written by another process. */
    public static PlannedBatch stored(FileStore store, BatchId id) throws IOException {
        PlanManifest manifest = new PlanStore(store).require(id);
        List<PlanEntry> entries = new ArrayList<>();
        try (PlanCursor cursor = PlanCursor.open(store, manifest.models().getFirst())) {
            for (Optional<PlanEntry> entry = cursor.next(); entry.isPresent(); entry = cursor.next()) {
                entries.add(entry.get());
            }
        }
        return new PlannedBatch(id, manifest, List.copyOf(entries));
    }

    private static byte[] request(int index) {
        return ("{\"custom_id\":\"c" + index + "\",\"method\":\"POST\",\"url\":\"" + ENDPOINT
                        + "\",\"body\":{\"model\":\"m\",\"messages\":[]}}\n\n")
                .getBytes(StandardCharsets.UTF_8);
    }

    public ModelPlan plan() {
        return manifest.models().getFirst();
    }

    public int size() {
        return entries.size();
    }

    /** Returns the entry at a position of the plan. */
    public PlanEntry entry(int place) {
        return entries.get(place);
    }

    /** Returns the result of the line at a position of the plan. */
    public ResultLine result(int place) {
        int line = entry(place).line();
        byte[] customId = ("\"c" + place + "\"").getBytes(StandardCharsets.UTF_8);
        if (place % 5 == 4) {
            return ResultLine.failed(id, line, customId, "unreachable", "nobody there");
        }
        return answered(place, AnswerBody.of(body(place), "application/json"));
    }

    /** Returns the result of the same line, with an answer that is in a spool. */
    public ResultLine spooledResult(int place) throws IOException {
        if (place % 5 == 4) {
            return result(place);
        }
        Answer spooled = new Answer.Spooled(new MemorySpool(body(place)), 0);
        return answered(place, AnswerBody.of(spooled, new AnswerHead(200, "application/json", Optional.empty())));
    }

    private static byte[] body(int place) {
        return ("{\"answer\":\"" + "x".repeat(place % 50) + "\",\n\"usage\":{\"prompt_tokens\":10,"
                        + "\"prompt_tokens_details\":{\"cached_tokens\":4},\"completion_tokens\":20,\"total_tokens\":30}}")
                .getBytes(StandardCharsets.UTF_8);
    }

    private ResultLine answered(int place, AnswerBody answer) {
        byte[] customId = ("\"c" + place + "\"").getBytes(StandardCharsets.UTF_8);
        return ResultLine.answered(id, entry(place).line(), customId, 200, "r" + place, answer);
    }

    public void append(ResultLog log, int place) throws IOException {
        log.append(entry(place), result(place));
    }

    /** Appends the positions from {@code from} inclusive to {@code to} exclusive. */
    public void append(ResultLog log, int from, int to) throws IOException {
        for (int place = from; place < to; place++) {
            append(log, place);
        }
    }

    /** Returns the totals of a log that holds the positions from {@code from} inclusive to {@code to} exclusive. */
    public LogTotals totals(int from, int to) {
        LogTotals totals = LogTotals.NONE;
        for (int place = from; place < to; place++) {
            ResultLine line = result(place);
            totals = totals.plus(line.kind(), line.usage());
        }
        return totals;
    }

    /**
     * Returns the plan positions of the lines in the segments that a checkpoint names, in ascending order and including duplicates.
     */
    public List<Integer> placesIn(FileStore store, Checkpoint checkpoint) throws IOException {
        List<Integer> places = new ArrayList<>();
        for (ResultKind kind : ResultKind.values()) {
            List<BlobPiece> pieces = checkpoint.segments().stream()
                    .filter(segment -> segment.kind() == kind)
                    .map(segment -> segment.piece(ResultLogs.folder(id, plan().partition())))
                    .toList();
            String joined = "files/joined-of-" + id;
            store.concatenate(joined, pieces);
            try (BlobReader blob = store.open(joined);
                    BufferedReader lines = new BufferedReader(
                            new InputStreamReader(blob.stream(0, blob.size()), StandardCharsets.UTF_8))) {
                for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                    int place = placeOf(line);
                    assertThat(line + "\n").isEqualTo(new String(result(place).bytes(), StandardCharsets.UTF_8));
                    places.add(place);
                }
            }
        }
        places.sort(null);
        return places;
    }

    private static int placeOf(String line) {
        // the positions 0, 1, 2 have the physical line numbers 1, 3, 5
        return (ResultLine.lineAt(line.getBytes(StandardCharsets.UTF_8), 0) - 1) / 2;
    }
}
