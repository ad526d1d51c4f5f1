package io.backfill.results;

import static org.assertj.core.api.Assertions.assertThat;

import io.backfill.batches.ResultFiles;
import io.backfill.files.StoredFile;
import io.backfill.ids.BatchId;
import io.backfill.plan.PlanConfig;
import io.backfill.plan.PlanManifest;
import io.backfill.plan.PlanOrder;
import io.backfill.plan.PlanResult;
import io.backfill.plan.Planner;
import io.backfill.testing.MemoryFileStore;
import io.backfill.testing.SeededIds;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

class SalvageTest {
    private static final BatchId BATCH = SeededIds.batch(1);
    private static final ResultFiles FILES = ResultFiles.reserved(SeededIds.file(1), SeededIds.file(2));
    private static final Pattern CUSTOM_ID = Pattern.compile("\"custom_id\":\"([^\"]*)\"");

    private final MemoryFileStore store = new MemoryFileStore();

    @Test
    void everyLineShouldBeInOneFileOnceWhateverTheLogsHold() throws IOException {
        PlanManifest manifest = plan(8);
        segment(0, "e000001-s0001.out", ok(1) + ok(2) + "garbage\n" + ok(3) + ok(2));
        segment(0, "e000002-s0001.out", ok(3) + ok(4) + ok(99) + ok(5).substring(0, 60));
        segment(0, "e000002-s0001.err", failed(6) + failed(4) + "\n" + ok(7).replace("}", "") + failed(7));
        segment(0, "checkpoint-2.json", "{not even JSON");
        segment(1, "e000001-s0001-t000001.out", ok(8));

        Salvage.Made made = new Salvage(store, BATCH, manifest).write(FILES, NotRunReason.SETTLED);

        assertThat(ids(FILES.output().value())).containsExactly("r-1", "r-2", "r-3", "r-4", "r-8");
        assertThat(ids(FILES.errors().value())).containsExactly("r-6", "r-7", "r-5");
        assertThat(store.text("files/" + FILES.errors().value()).split("\n")[2])
                .contains("\"response\":null,\"error\":{\"code\":\"batch_settled\"");
        assertThat(made.totals().completed()).isEqualTo(5);
        assertThat(made.totals().failed()).isEqualTo(2);
        assertThat(made.totals().usage().totalTokens()).isEqualTo(5);
        assertThat(made.files())
                .isEqualTo(new Assembly.Made(
                        store.size(StoredFile.key(FILES.output())).orElseThrow(),
                        store.size(StoredFile.key(FILES.errors())).orElseThrow()));
    }

    @Test
    void doingItAgainShouldGiveTheSameBytes() throws IOException {
        PlanManifest manifest = plan(4);
        segment(0, "e000001-s0001.out", ok(3) + ok(1));
        new Salvage(store, BATCH, manifest).write(FILES, NotRunReason.SETTLED);
        byte[] output = store.bytes(StoredFile.key(FILES.output()));
        byte[] errors = store.bytes(StoredFile.key(FILES.errors()));

        new Salvage(store, BATCH, manifest).write(FILES, NotRunReason.SETTLED);

        assertThat(store.bytes(StoredFile.key(FILES.output()))).isEqualTo(output);
        assertThat(store.bytes(StoredFile.key(FILES.errors()))).isEqualTo(errors);
    }

    @Test
    void withoutAnyLogEveryLineShouldGetAnErrorLineAndNoOutputBeMade() throws IOException {
        PlanManifest manifest = plan(3);

        Salvage.Made made = new Salvage(store, BATCH, manifest).write(FILES, NotRunReason.SETTLED);

        assertThat(made.files().outputBytes()).isZero();
        assertThat(store.size(StoredFile.key(FILES.output()))).isEmpty();
        assertThat(ids(FILES.errors().value())).containsExactly("r-1", "r-2", "r-3");
    }

    @Test
    void aLineOfTheInputThatCannotBeReadShouldOnlyLoseItsId() throws IOException {
        PlanManifest manifest = plan(3);
        store.put("files/in", Arrays.copyOf(store.bytes("files/in"), 150));

        new Salvage(store, BATCH, manifest).write(FILES, NotRunReason.SETTLED);

        assertThat(ids(FILES.errors().value())).containsExactly("r-1", "r-2");
        assertThat(store.text("files/" + FILES.errors().value()).lines())
                .hasSize(3)
                .last()
                .asString()
                .contains("\"custom_id\":null");
    }

    @Test
    void linesOfAnotherBatchShouldNotCount() throws IOException {
        PlanManifest manifest = plan(2);
        segment(0, "e000001-s0001.out", ok(1).replace(BATCH.value().substring(6, 14), "00000000"));

        new Salvage(store, BATCH, manifest).write(FILES, NotRunReason.SETTLED);

        assertThat(ids(FILES.errors().value())).containsExactly("r-1", "r-2");
    }

    private void segment(int partition, String name, String lines) throws IOException {
        store.put(ResultLogs.folder(BATCH, partition) + "/" + name, lines);
    }

    private static byte[] id(int line) {
        return ("\"r-" + line + "\"").getBytes(StandardCharsets.UTF_8);
    }

    private static String failed(int line) {
        return text(ResultLine.failed(BATCH, line, id(line), "server_error", "x"));
    }

    private static String ok(int line) {
        return text(ResultLine.answered(
                BATCH,
                line,
                id(line),
                200,
                "r",
                AnswerBody.of(
                        "{\"usage\":{\"prompt_tokens\":1,\"total_tokens\":1}}".getBytes(StandardCharsets.UTF_8),
                        "application/json")));
    }

    private static String text(ResultLine line) {
        return new String(line.bytes(), StandardCharsets.UTF_8);
    }

    private PlanManifest plan(int lines) throws IOException {
        StringBuilder input = new StringBuilder();
        for (int i = 1; i <= lines; i++) {
            input.append(
                    "{\"custom_id\":\"r-" + i
                            + "\",\"method\":\"POST\",\"url\":\"/v1/chat/completions\",\"body\":{\"model\":\"m\",\"messages\":[]}}\n");
        }
        store.put("files/in", input.toString());
        PlanResult result = new Planner(store, PlanConfig.DEFAULT, path -> true, model -> true)
                .plan(BATCH, "/v1/chat/completions", "files/in", PlanOrder.FILE, () -> false);
        return ((PlanResult.Planned) result).manifest();
    }

    private List<String> ids(String file) throws IOException {
        List<String> ids = new ArrayList<>();
        Matcher matcher = CUSTOM_ID.matcher(store.text("files/" + file));
        while (matcher.find()) {
            ids.add(matcher.group(1));
        }
        return ids;
    }
}
