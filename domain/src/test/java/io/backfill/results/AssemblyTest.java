package io.backfill.results;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.backfill.batches.ResultFiles;
import io.backfill.batches.Usage;
import io.backfill.files.BlobReader;
import io.backfill.files.FileStore;
import io.backfill.files.StoredFile;
import io.backfill.ids.BatchId;
import io.backfill.plan.ModelPlan;
import io.backfill.plan.PlanConfig;
import io.backfill.plan.PlanCursor;
import io.backfill.plan.PlanEntry;
import io.backfill.plan.PlanManifest;
import io.backfill.plan.PlanOrder;
import io.backfill.plan.PlanResult;
import io.backfill.plan.Planner;
import io.backfill.testing.FailAfter;
import io.backfill.testing.MemoryFileStore;
import io.backfill.testing.MemoryResultLogs;
import io.backfill.testing.SeededIds;
import java.io.IOException;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.IntPredicate;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

class AssemblyTest {
    private static final BatchId BATCH = SeededIds.batch(1);
    private static final ResultFiles FILES = ResultFiles.reserved(SeededIds.file(1), SeededIds.file(2));
    private static final Pattern CUSTOM_ID = Pattern.compile("\"custom_id\":\"([^\"]*)\"");

    private final MemoryFileStore store = new MemoryFileStore();
    private final MemoryResultLogs logs = new MemoryResultLogs(store);

    @Test
    void everyLineShouldBeInExactlyOneFile() throws IOException {
        PlanManifest manifest = plan(30, 3);
        run(manifest, 1, line -> line % 4 != 0, line -> line % 5 == 0);

        Assembly assembly = open(manifest, 2);
        Assembly.Made made = assembly.write(FILES, NotRunReason.EXPIRED);

        List<String> output = ids(StoredFile.key(FILES.output()));
        List<String> errors = ids(StoredFile.key(FILES.errors()));
        assertThat(assembly.unfinished()).isEqualTo(7);
        assertThat(assembly.totals().completed()).isEqualTo(output.size()).isEqualTo(18);
        assertThat(assembly.totals().failed()).isEqualTo(5);
        assertThat(assembly.totals().usage()).isEqualTo(new Usage(18, 0, 0, 0, 18));
        assertThat(errors).hasSize(12);
        List<String> all = new ArrayList<>(output);
        all.addAll(errors);
        assertThat(all).doesNotHaveDuplicates().hasSize(30);
        assertThat(made)
                .isEqualTo(new Assembly.Made(
                        store.size(StoredFile.key(FILES.output())).orElseThrow(),
                        store.size(StoredFile.key(FILES.errors())).orElseThrow()));
    }

    @Test
    void linesThatNeverRanShouldComeLastWithTheReason() throws IOException {
        PlanManifest manifest = plan(6, 1);
        run(manifest, 1, line -> line == 3, line -> true);

        open(manifest, 2).write(FILES, NotRunReason.CANCELLED);

        String[] errors = store.text(StoredFile.key(FILES.errors())).split("\n");
        assertThat(errors).hasSize(6);
        assertThat(errors[0]).contains("\"custom_id\":\"r-3\"").contains("server_error");
        assertThat(Arrays.copyOfRange(errors, 1, 6))
                .allSatisfy(
                        line -> assertThat(line).contains("\"response\":null,\"error\":{\"code\":\"batch_cancelled\""));
        assertThat(errors[1]).contains("\"custom_id\":\"r-1\"").contains("00000001\"");
    }

    /** Each read is a request to S3, so a million lines that never ran must not cause a million requests. */
    @Test
    void linesThatNeverRanShouldBeReadInStretches() throws IOException {
        PlanManifest manifest = plan(3000, 3);
        run(manifest, 1, line -> line % 100 == 0, line -> true);
        AtomicInteger reads = new AtomicInteger();

        Assembly.open(counting(store, FileStore.class, reads), logs, BATCH, manifest, 2)
                .write(FILES, NotRunReason.EXPIRED);

        assertThat(ids(StoredFile.key(FILES.errors()))).doesNotHaveDuplicates().hasSize(3000);
        assertThat(reads).hasValueLessThan(20);
    }

    /** Returns a proxy that counts the reads of blobs, each of which would be a request to S3. */
    private static <T> T counting(T real, Class<T> type, AtomicInteger reads) {
        return type.cast(Proxy.newProxyInstance(type.getClassLoader(), new Class<?>[] {type}, (proxy, method, args) -> {
            if (method.getName().equals("readFully") || method.getName().equals("stream")) {
                reads.incrementAndGet();
            }
            try {
                Object result = method.invoke(real, args);
                return result instanceof BlobReader reader ? counting(reader, BlobReader.class, reads) : result;
            } catch (InvocationTargetException e) {
                throw e.getCause();
            }
        }));
    }

    @Test
    void aFileWithoutALineShouldNotBeMade() throws IOException {
        PlanManifest manifest = plan(4, 2);
        run(manifest, 1, line -> true, line -> false);

        Assembly.Made made = open(manifest, 2).write(FILES, NotRunReason.EXPIRED);

        assertThat(made.errorBytes()).isZero();
        assertThat(made.outputBytes()).isPositive();
        assertThat(store.size(StoredFile.key(FILES.errors()))).isEmpty();
    }

    @Test
    void aBatchThatNeverRanShouldHaveOnlyAnErrorFile() throws IOException {
        Assembly.Made made = open(plan(5, 2), 1).write(FILES, NotRunReason.EXPIRED);

        assertThat(made.outputBytes()).isZero();
        assertThat(ids(StoredFile.key(FILES.errors()))).hasSize(5);
        assertThat(store.size(StoredFile.key(FILES.output()))).isEmpty();
    }

    @Test
    void assemblingAgainUnderALaterEpochShouldGiveTheSameBytes() throws IOException {
        PlanManifest manifest = plan(20, 2);
        run(manifest, 1, line -> line < 8, line -> line % 3 == 0);
        run(manifest, 2, line -> line >= 8 && line < 15, line -> line % 3 == 0);
        open(manifest, 3).write(FILES, NotRunReason.EXPIRED);
        byte[] output = store.bytes(StoredFile.key(FILES.output()));
        byte[] errors = store.bytes(StoredFile.key(FILES.errors()));

        open(manifest, 4).write(FILES, NotRunReason.EXPIRED);

        assertThat(store.bytes(StoredFile.key(FILES.output()))).isEqualTo(output);
        assertThat(store.bytes(StoredFile.key(FILES.errors()))).isEqualTo(errors);
    }

    @Test
    void aCrashAnywhereInAssemblyShouldCostOnlyDoingItAgain() throws IOException {
        PlanManifest manifest = plan(10, 2);
        run(manifest, 1, line -> line < 8, line -> line % 3 == 0);
        open(manifest, 2).write(FILES, NotRunReason.EXPIRED);
        byte[] output = store.bytes(StoredFile.key(FILES.output()));
        byte[] errors = store.bytes(StoredFile.key(FILES.errors()));
        int epoch = 3;
        int failures = 0;
        for (int calls = 0; calls < 20; calls++) {
            store.delete(StoredFile.key(FILES.output()));
            store.delete(StoredFile.key(FILES.errors()));
            FileStore failing = FailAfter.calls(calls).in(store);
            try {
                Assembly.open(failing, logs, BATCH, manifest, epoch++).write(FILES, NotRunReason.EXPIRED);
            } catch (IOException crash) {
                failures++;
            }
            open(manifest, epoch++).write(FILES, NotRunReason.EXPIRED);
            assertThat(store.bytes(StoredFile.key(FILES.output()))).isEqualTo(output);
            assertThat(store.bytes(StoredFile.key(FILES.errors()))).isEqualTo(errors);
        }
        assertThat(failures).isBetween(4, 19);
    }

    @Test
    void bytesThatAZombieAddsAfterTheLeaseWasLostShouldNotBeInTheFiles() throws IOException {
        PlanManifest manifest = plan(6, 1);
        ModelPlan model = manifest.models().getFirst();
        List<PlanEntry> entries = entries(model);
        ResultLog zombie = logs.open(BATCH, model, 1);
        zombie.append(entries.get(0), result(entries.get(0), false));
        Assembly assembly = open(manifest, 2);
        zombie.append(entries.get(1), result(entries.get(1), false));
        zombie.append(entries.get(2), result(entries.get(2), true));

        assembly.write(FILES, NotRunReason.EXPIRED);
        assertThat(ids(StoredFile.key(FILES.output()))).containsExactly("r-1");
        assertThat(ids(StoredFile.key(FILES.errors()))).containsExactly("r-2", "r-3", "r-4", "r-5", "r-6");

        open(manifest, 3).write(FILES, NotRunReason.EXPIRED);
        assertThat(ids(StoredFile.key(FILES.output()))).containsExactly("r-1");
        assertThat(ids(StoredFile.key(FILES.errors()))).hasSize(5);
    }

    @Test
    void aZombieShouldNotAssembleWhenALaterOwnerIsThere() throws IOException {
        PlanManifest manifest = plan(3, 1);
        open(manifest, 5);

        assertThatThrownBy(() -> open(manifest, 4)).isInstanceOf(IOException.class);
    }

    @Test
    void customIdsOfLinesThatNeverRanShouldBeReadBytewise() throws IOException {
        store.put(
                "files/in",
                "{\"body\":{\"model\":\"m\",\"messages\":[]},\"url\":\"/v1/chat/completions\",\"method\":\"POST\","
                        + " \"custom_id\" : \"\\u0061é\\/😀\" }\r\n");
        PlanManifest manifest = manifest();

        open(manifest, 1).write(FILES, NotRunReason.EXPIRED);

        assertThat(store.text(StoredFile.key(FILES.errors())))
                .contains(",\"custom_id\":\"\\u0061é\\/😀\",\"response\":null,");
    }

    @Test
    void manyLinesThatNeverRanShouldAllBeWritten() throws IOException {
        PlanManifest manifest = plan(5000, 3);

        open(manifest, 1).write(FILES, NotRunReason.EXPIRED);

        assertThat(ids(StoredFile.key(FILES.errors()))).hasSize(5000).doesNotHaveDuplicates();
    }

    private Assembly open(PlanManifest manifest, long epoch) throws IOException {
        return Assembly.open(store, logs, BATCH, manifest, epoch);
    }

    /** Lets an owner finish the lines that {@code which} selects, and die without closing its logs. */
    private void run(PlanManifest manifest, long epoch, IntPredicate which, IntPredicate fails) throws IOException {
        for (ModelPlan model : manifest.models()) {
            ResultLog log = logs.open(BATCH, model, epoch);
            for (PlanEntry entry : entries(model)) {
                if (which.test(entry.line())) {
                    log.append(entry, result(entry, fails.test(entry.line())));
                }
            }
        }
    }

    private static ResultLine result(PlanEntry entry, boolean fails) {
        byte[] id = ("\"r-" + entry.line() + "\"").getBytes(StandardCharsets.UTF_8);
        return fails
                ? ResultLine.failed(BATCH, entry.line(), id, "server_error", "x")
                : ResultLine.answered(
                        BATCH,
                        entry.line(),
                        id,
                        200,
                        "r",
                        AnswerBody.of(
                                "{\"usage\":{\"prompt_tokens\":1,\"total_tokens\":1}}".getBytes(StandardCharsets.UTF_8),
                                "application/json"));
    }

    private PlanManifest plan(int lines, int models) throws IOException {
        StringBuilder input = new StringBuilder();
        for (int i = 1; i <= lines; i++) {
            input.append("{\"custom_id\":\"r-" + i
                    + "\",\"method\":\"POST\",\"url\":\"/v1/chat/completions\",\"body\":{\"model\":\"m" + i % models
                    + "\",\"messages\":[]}}\n");
        }
        store.put("files/in", input.toString());
        return manifest();
    }

    private PlanManifest manifest() throws IOException {
        PlanResult result = new Planner(store, PlanConfig.DEFAULT, path -> true, model -> true)
                .plan(BATCH, "/v1/chat/completions", "files/in", PlanOrder.FILE, () -> false);
        return ((PlanResult.Planned) result).manifest();
    }

    private List<PlanEntry> entries(ModelPlan plan) throws IOException {
        List<PlanEntry> entries = new ArrayList<>();
        try (PlanCursor cursor = PlanCursor.open(store, plan)) {
            for (Optional<PlanEntry> entry = cursor.next(); entry.isPresent(); entry = cursor.next()) {
                entries.add(entry.get());
            }
        }
        return entries;
    }

    private List<String> ids(String key) throws IOException {
        List<String> ids = new ArrayList<>();
        for (String line : store.text(key).split("\n")) {
            Matcher matcher = CUSTOM_ID.matcher(line);
            assertThat(matcher.find()).as(line).isTrue();
            ids.add(matcher.group(1));
        }
        return ids;
    }
}
