package io.backfill.rerun;

import static org.assertj.core.api.Assertions.assertThat;

import io.backfill.batches.Batch;
import io.backfill.batches.BatchEvent;
import io.backfill.batches.BatchLifecycle;
import io.backfill.batches.BatchSpec;
import io.backfill.batches.CompletionWindow;
import io.backfill.batches.RequestCounts;
import io.backfill.batches.Rerun;
import io.backfill.batches.ResultFiles;
import io.backfill.batches.SealedHeaders;
import io.backfill.files.StoredFile;
import io.backfill.ids.BatchId;
import io.backfill.ids.FileId;
import io.backfill.ids.LineId;
import io.backfill.memory.MemoryBatchCatalog;
import io.backfill.plan.ModelPlan;
import io.backfill.plan.PlanConfig;
import io.backfill.plan.PlanCursor;
import io.backfill.plan.PlanEntry;
import io.backfill.plan.PlanManifest;
import io.backfill.plan.PlanOrder;
import io.backfill.plan.PlanResult;
import io.backfill.plan.Planner;
import io.backfill.plan.Sharding;
import io.backfill.results.AnswerBody;
import io.backfill.results.Assembly;
import io.backfill.results.Inherited;
import io.backfill.results.LogTotals;
import io.backfill.results.NotRunReason;
import io.backfill.results.ResultLine;
import io.backfill.results.ResultLog;
import io.backfill.tenants.TenantId;
import io.backfill.testing.MemoryFileStore;
import io.backfill.testing.MemoryResultLogs;
import io.backfill.testing.SeededIds;
import io.backfill.testing.SettableTime;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Chains of reruns, compared with a table of what became of each request. */
class RerunTest {
    private static final int LINES = 40;
    private static final String ENDPOINT = "/v1/chat/completions";
    private static final FileId INPUT = SeededIds.file(1);

    private final SettableTime time = SettableTime.standing();
    private final MemoryBatchCatalog catalog = new MemoryBatchCatalog(time);
    private final BatchLifecycle lifecycle = new BatchLifecycle(catalog, time);
    private final MemoryFileStore store = new MemoryFileStore();
    private final MemoryResultLogs logs = new MemoryResultLogs(store);
    private int number;

    /** What became of a request. */
    private enum End {
        DONE,
        FAILED,
        NOT_RUN
    }

    /**
     * An ended batch.
     *
     * @param files what its files should say
     * @param chain what became of all requests of the chain up to it
     */
    private record Run(Batch row, Map<Integer, End> files, Map<Integer, End> chain) {}

    RerunTest() {
        StringBuilder input = new StringBuilder();
        for (int i = 1; i <= LINES; i++) {
            // an empty line after each, so that line numbers are not positions; every third of another model
            input.append("{\"custom_id\":\"r-").append(2 * i - 1).append("\",\"method\":\"POST\",\"url\":\"");
            input.append(ENDPOINT).append("\",\"body\":{\"model\":\"m").append(i % 3 == 0 ? 2 : 1);
            input.append("\",\"messages\":[]}}\n\n");
        }
        store.put(StoredFile.key(INPUT), input.toString());
    }

    private Run root(Random random) throws IOException {
        Map<Integer, End> ends = new TreeMap<>();
        for (int i = 1; i <= LINES; i++) {
            ends.put(2 * i - 1, End.values()[random.nextInt(3)]);
        }
        return run(Optional.empty(), ends, ends, ends);
    }

    private Run rerun(Run parent, Rerun.Lines lines, boolean merge, Random random) throws IOException {
        Map<Integer, End> own = new TreeMap<>();
        parent.files().forEach((line, end) -> {
            boolean chosen = switch (lines) {
                case FAILED -> end == End.FAILED;
                case NOT_RUN -> end == End.NOT_RUN;
                case UNSUCCESSFUL -> end != End.DONE;
            };
            if (chosen) {
                own.put(line, End.values()[random.nextInt(3)]);
            }
        });
        assertThat(lines.in(parent.row().counts())).isGreaterThanOrEqualTo(0);
        Map<Integer, End> chain = new TreeMap<>(parent.chain());
        chain.putAll(own);
        return run(Optional.of(Rerun.of(parent.row(), lines, merge)), own, merge ? chain : own, chain);
    }

    /** Plans, logs what the table says, and makes the files. */
    private Run run(Optional<Rerun> rerun, Map<Integer, End> own, Map<Integer, End> files, Map<Integer, End> chain)
            throws IOException {
        BatchId id = SeededIds.batch(++number);
        BatchSpec spec = new BatchSpec(
                INPUT.value(),
                ENDPOINT,
                CompletionWindow.parse("24h").orElseThrow(),
                Optional.empty(),
                Optional.empty());
        catalog.insert(Batch.created(id, TenantId.DEFAULT, spec, time.instant(), SealedHeaders.NONE, rerun));
        PlanManifest manifest = plan(id, rerun);
        assertThat(manifest.total()).isEqualTo(own.size());
        lifecycle.applyAsOwner(id, 0, new BatchEvent.Planned(own.size(), manifest.onlyModel()), List.of());
        long epoch = catalog.claim(id, "node", Duration.ofSeconds(20))
                .orElseThrow()
                .lease()
                .epoch();
        for (ModelPlan plan : manifest.models()) {
            log(id, plan, own, epoch);
        }
        lifecycle.apply(row(id), new BatchEvent.CancelRequested());
        Assembly assembly = Assembly.open(store, logs, id, manifest, epoch);
        ResultFiles reserved = ResultFiles.reserved(SeededIds.file(2 * number), SeededIds.file(2 * number + 1));
        Assembly.Made made = null;
        // twice, as after a crash
        for (int i = 0; i < 2; i++) {
            Assembly.Made again = assembly.write(
                    reserved,
                    NotRunReason.CANCELLED,
                    rerun.isEmpty() ? Inherited.NONE : new InheritedResults(store, id, manifest).of(rerun.get()));
            assertThat(made == null || made.equals(again)).isTrue();
            made = again;
        }
        LogTotals totals = assembly.totals();
        lifecycle.applyAsOwner(
                id, epoch, new BatchEvent.AssemblyBegun(reserved, assembly.unfinished() == 0), List.of());
        lifecycle.applyAsOwner(
                id,
                epoch,
                new BatchEvent.Assembled(
                        new RequestCounts(own.size(), totals.completed(), totals.failed()),
                        totals.completed() == 0 ? Optional.empty() : Optional.of(totals.usage()),
                        reserved.made(made.outputBytes() > 0, made.errorBytes() > 0, assembly.partitions())),
                List.of());
        store.deleteFolder(Batch.folder(id));
        return new Run(row(id), files, chain);
    }

    private PlanManifest plan(BatchId id, Optional<Rerun> rerun) throws IOException {
        Planner planner = new Planner(store, PlanConfig.DEFAULT, ENDPOINT::equals, model -> true);
        var lines = rerun.isEmpty() ? null : RerunLines.of(rerun.get(), store);
        PlanResult result = planner.plan(
                id,
                ENDPOINT,
                StoredFile.key(INPUT),
                line -> lines == null || lines.get(line),
                PlanOrder.PREFIX,
                Sharding.NONE,
                () -> false);
        return ((PlanResult.Planned) result).manifest();
    }

    private void log(BatchId id, ModelPlan plan, Map<Integer, End> own, long epoch) throws IOException {
        try (ResultLog log = logs.open(id, plan, epoch);
                PlanCursor cursor = PlanCursor.open(store, plan)) {
            for (Optional<PlanEntry> entry = cursor.next(); entry.isPresent(); entry = cursor.next()) {
                int line = entry.get().line();
                End end = own.get(line);
                byte[] customId = ("\"r-" + line + "\"").getBytes(StandardCharsets.UTF_8);
                if (end == End.DONE) {
                    byte[] answer = "{\"id\":\"nested\",\"error\":{\"code\":\"batch_expired\"}}"
                            .getBytes(StandardCharsets.UTF_8);
                    log.append(
                            entry.get(),
                            ResultLine.answered(
                                    id, line, customId, 200, "q", AnswerBody.of(answer, "application/json")));
                } else if (end == End.FAILED) {
                    log.append(entry.get(), ResultLine.failed(id, line, customId, "server_error", "b\u00e4d \"luck\""));
                }
            }
        }
    }

    private Batch row(BatchId id) {
        return catalog.find(id).orElseThrow();
    }

    /** Compares the files of a batch with the table. */
    private void check(Run run) throws IOException {
        Map<Integer, End> found = new HashMap<>();
        for (String line : lines(run.row().outputFile())) {
            assertThat(found.put(number(line), End.DONE)).as(line).isNull();
            assertThat(line).contains("\"status_code\":200");
        }
        for (String line : lines(run.row().errorFile())) {
            End end = line.contains("batch_cancelled") ? End.NOT_RUN : End.FAILED;
            assertThat(found.put(number(line), end)).as(line).isNull();
        }
        assertThat(found).isEqualTo(run.files());
    }

    private static int number(String line) {
        int number = LineId.lineAt(line.getBytes(StandardCharsets.UTF_8), "{\"id\":\"".length());
        assertThat(line).contains("\"custom_id\":\"r-" + number + "\"");
        return number;
    }

    private List<String> lines(Optional<FileId> file) throws IOException {
        return file.isEmpty()
                ? List.of()
                : store.text(StoredFile.key(file.get())).lines().toList();
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12})
    void filesOfEveryRerunShouldHaveEachRequestOnce(long seed) throws IOException {
        Random random = new Random(seed);
        List<Run> runs = new ArrayList<>(List.of(root(random)));
        check(runs.getFirst());
        for (int i = 0; i < 8; i++) {
            Run parent = runs.get(random.nextInt(runs.size()));
            Rerun.Lines lines = Rerun.Lines.values()[random.nextInt(3)];
            boolean any = parent.files().values().stream()
                    .anyMatch(end -> lines == Rerun.Lines.FAILED
                            ? end == End.FAILED
                            : lines == Rerun.Lines.NOT_RUN ? end == End.NOT_RUN : end != End.DONE);
            if (any) {
                Run run = rerun(parent, lines, random.nextBoolean(), random);
                check(run);
                runs.add(run);
            }
        }
        assertThat(runs).hasSizeGreaterThan(3);
    }

    @Test
    void mergedRerunOfAllShouldHoldEveryRequestOfTheInput() throws IOException {
        Random random = new Random(42);
        Run root = root(random);
        Run unmerged = rerun(root, Rerun.Lines.FAILED, false, random);
        Run merged = rerun(unmerged, Rerun.Lines.UNSUCCESSFUL, true, random);
        check(merged);
        assertThat(merged.files()).hasSize(LINES);
        // lines that were not run again are as they were, and keep their ids
        Map<Integer, End> untouched = new TreeMap<>(root.files());
        untouched.keySet().removeAll(unmerged.files().keySet());
        for (String line : lines(merged.row().errorFile())) {
            if (untouched.containsKey(number(line))) {
                assertThat(lines(root.row().errorFile())).contains(line);
            }
        }
    }

    @Test
    void sourcesShouldBeTheFilesThatTheRerunReads() throws IOException {
        Random random = new Random(7);
        Run root = root(random);
        Run unmerged = rerun(root, Rerun.Lines.FAILED, false, random);
        assertThat(Rerun.of(root.row(), Rerun.Lines.FAILED, false).sources())
                .containsExactly(root.row().errorFile().orElseThrow());
        assertThat(Rerun.of(unmerged.row(), Rerun.Lines.UNSUCCESSFUL, true).sources())
                .containsExactlyInAnyOrder(
                        root.row().outputFile().orElseThrow(),
                        root.row().errorFile().orElseThrow(),
                        unmerged.row().outputFile().orElseThrow(),
                        unmerged.row().errorFile().orElseThrow());
        Run merged = rerun(unmerged, Rerun.Lines.UNSUCCESSFUL, true, random);
        assertThat(Rerun.of(merged.row(), Rerun.Lines.UNSUCCESSFUL, true).sources())
                .containsExactlyInAnyOrder(
                        merged.row().outputFile().orElseThrow(),
                        merged.row().errorFile().orElseThrow());
    }
}
