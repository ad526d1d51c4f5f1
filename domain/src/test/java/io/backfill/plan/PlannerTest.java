package io.backfill.plan;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.tuple;

import io.backfill.batches.LineError;
import io.backfill.files.BlobReader;
import io.backfill.files.FileStore;
import io.backfill.ids.BatchId;
import io.backfill.requests.Line;
import io.backfill.requests.PromptBytes;
import io.backfill.requests.RandomJson;
import io.backfill.requests.ScannedLine;
import io.backfill.testing.FailAfter;
import io.backfill.testing.MemoryFileStore;
import io.backfill.testing.SeededIds;
import io.backfill.testing.SeededRandom;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Random;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.RepetitionInfo;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class PlannerTest {
    private static final String CHAT = "/v1/chat/completions";
    private static final String INPUT = "files/input";
    private static final BatchId BATCH = SeededIds.batch(1);

    private final MemoryFileStore store = new MemoryFileStore();

    @Test
    void everyLineShouldBeInThePlanOfItsModel() throws IOException {
        PlanManifest manifest = planned(line("a", "m1") + line("b", "m2") + "\n" + line("c", "m1"));

        assertThat(manifest.total()).isEqualTo(3);
        assertThat(manifest.inputKey()).isEqualTo(INPUT);
        assertThat(manifest.onlyModel()).isEmpty();
        assertThat(manifest.models())
                .extracting(ModelPlan::partition, ModelPlan::model, ModelPlan::entries, ModelPlan::order)
                .containsExactly(tuple(0, "m1", 2, "prefix"), tuple(1, "m2", 1, "prefix"));
        assertThat(entries(manifest.models().getFirst()))
                .extracting(PlanEntry::index, PlanEntry::line)
                .containsExactly(tuple(0, 1), tuple(1, 4));
        assertThat(new PlanStore(store).find(BATCH)).contains(manifest);
    }

    @Test
    void entriesShouldPointAtIdAndBodyInTheInput() throws IOException {
        String input = "\uFEFF  " + line("ä", "m1") + "\r\n" + line("b", "m1");
        PlanManifest manifest = planned(input);

        byte[] bytes = store.bytes(INPUT);
        List<String> ids = new ArrayList<>();
        List<String> bodies = new ArrayList<>();
        for (PlanEntry entry : entries(manifest.models().getFirst())) {
            ids.add(text(bytes, entry.offset() + entry.idStart(), entry.idLength()));
            bodies.add(text(bytes, entry.offset() + entry.bodyStart(), entry.bodyLength()));
        }
        assertThat(ids).containsExactly("\"ä\"", "\"b\"");
        assertThat(bodies).containsOnly("{\"model\":\"m1\",\"messages\":[]}");
    }

    @Test
    void theOnlyModelShouldBeNamed() throws IOException {
        assertThat(planned(line("a", "m1") + line("b", "m1")).onlyModel()).contains("m1");
    }

    @Test
    void planningTwiceShouldGiveTheSameBytes() throws IOException {
        String input = line("a", "m1") + line("b", "m2") + line("c", "m3") + line("d", "m1");
        planned(input);
        Map<String, String> first = blobs();
        planned(input);

        assertThat(blobs()).isEqualTo(first).hasSize(4);
    }

    @Test
    void aCrashAnywhereInPlanningShouldLeaveNoManifestAndPlanningAgainShouldGiveTheSameBytes() throws IOException {
        String input = line("a", "m1") + line("b", "m2") + line("c", "m3");
        planned(input);
        Map<String, String> whole = blobs();
        for (int calls = 0; calls < 5; calls++) {
            store.deleteFolder("batches");
            FileStore failing = FailAfter.calls(calls).in(store);
            assertThatThrownBy(() -> planner(failing, PlanConfig.DEFAULT)
                            .plan(BATCH, CHAT, INPUT, PlanOrder.PREFIX, () -> false))
                    .isInstanceOf(IOException.class);
            assertThat(new PlanStore(store).find(BATCH)).isEmpty();
            planned(input);
            assertThat(blobs()).isEqualTo(whole);
        }
    }

    @Test
    void everyBadLineShouldBeListedInOrder() throws IOException {
        List<LineError> errors = refused("{\n" + line("a", "m1") + line("a", "m1") + "\n" + line("b", "unknown"));

        assertThat(errors)
                .extracting(LineError::code, LineError::line)
                .containsExactly(
                        tuple("invalid_json_line", OptionalInt.of(1)),
                        tuple("duplicate_custom_id", OptionalInt.of(3)),
                        tuple("model_not_found", OptionalInt.of(5)));
        assertThat(blobs()).isEmpty();
    }

    @Test
    void aHundredErrorsShouldBeListedAndNoMore() throws IOException {
        AtomicInteger asked = new AtomicInteger();
        store.put(INPUT, "{\n".repeat(100_000));

        PlanResult result = planner(store, PlanConfig.DEFAULT)
                .plan(BATCH, CHAT, INPUT, PlanOrder.PREFIX, () -> asked.incrementAndGet() < 0);

        assertThat(result)
                .isInstanceOfSatisfying(
                        PlanResult.Refused.class,
                        refused -> assertThat(refused.errors())
                                .hasSize(100)
                                .last()
                                .extracting(LineError::line)
                                .isEqualTo(OptionalInt.of(100)));
        assertThat(asked).hasValue(100);
    }

    @Test
    void anInputWithoutARequestShouldBeRefused() throws IOException {
        for (String empty : List.of("", "\n\n", " \r\n", "\uFEFF")) {
            assertThat(refused(empty))
                    .containsExactly(LineError.ofFile(
                            "empty_file",
                            "The input file is empty. Please ensure that the batch contains at least one request.",
                            ""));
        }
    }

    @Test
    void fiftyThousandLinesShouldBeGoodAndOneMoreNot() throws IOException {
        StringBuilder input = new StringBuilder();
        for (int i = 0; i < 50_000; i++) {
            input.append(line("r" + i, "m1"));
        }
        PlanManifest manifest = planned(input + "\n\n\n");
        assertThat(manifest.total()).isEqualTo(50_000);
        assertThat(entries(manifest.models().getFirst())).hasSize(50_000).last().satisfies(last -> {
            assertThat(last.index()).isEqualTo(49_999);
            assertThat(last.line()).isEqualTo(50_000);
        });

        assertThat(refused(input + line("r-more", "m1")))
                .containsExactly(LineError.ofFile(
                        "too_many_tasks", "The batch input file contains more than the 50000 requests allowed.", ""));
    }

    @Test
    void aFileOfTheLargestSizeShouldBeGoodAndOneByteMoreNot() throws IOException {
        String input = line("a", "m1");
        PlanConfig exact = new PlanConfig(10, input.length(), 1024, 1, true, PlanOrder.PREFIX);

        assertThat(plan(input, exact)).isInstanceOf(PlanResult.Planned.class);
        assertThat(plan(input + "\n", exact))
                .isEqualTo(new PlanResult.Refused(List.of(LineError.ofFile(
                        "file_too_large",
                        "The batch input file is larger than the " + input.length()
                                + " bytes allowed. Please try again with a smaller batch.",
                        ""))));
    }

    @Test
    void twoHundredMegabytesShouldBeTheLimit() {
        assertThat(PlanConfig.DEFAULT.maxInputBytes()).isEqualTo(200L * 1024 * 1024);
        assertThat(PlanConfig.DEFAULT.maxLines()).isEqualTo(50_000);
    }

    @Test
    void aLineThatIsTooLongShouldBeNamed() throws IOException {
        PlanConfig config = new PlanConfig(10, 1_000_000, 1024, 1, true, PlanOrder.PREFIX);
        String input = line("a", "m1") + "x".repeat(2000) + "\n" + line("b", "m1");

        assertThat(plan(input, config))
                .isEqualTo(new PlanResult.Refused(List.of(
                        LineError.ofLine(2, "line_too_long", "This line is longer than the 1024 bytes allowed.", ""))));
    }

    @Test
    void oneModelMoreThanAllowedShouldBeNamed() throws IOException {
        StringBuilder input = new StringBuilder();
        for (int i = 0; i < 32; i++) {
            input.append(line("r" + i, "m" + i));
        }
        assertThat(planned(input.toString()).models()).hasSize(32);

        assertThat(refused(input + line("x", "m32")))
                .containsExactly(LineError.ofLine(
                        33,
                        "too_many_models",
                        "The batch names more than the 32 models allowed in one batch.",
                        "body.model"));
    }

    @Test
    void aSecondModelShouldBeRefusedWhereMixedModelsAreOff() throws IOException {
        PlanConfig single = new PlanConfig(10, 1_000_000, 1024, 32, false, PlanOrder.PREFIX);

        assertThat(plan(line("a", "m1") + line("b", "m1"), single)).isInstanceOf(PlanResult.Planned.class);
        assertThat(plan(line("a", "m1") + line("b", "m2") + line("c", "m1"), single))
                .isInstanceOfSatisfying(
                        PlanResult.Refused.class,
                        refused -> assertThat(refused.errors())
                                .extracting(LineError::code, LineError::line)
                                .containsExactly(tuple("mismatched_model", OptionalInt.of(2))));
    }

    @Test
    void stopShouldEndPlanningBetweenTwoLines() throws IOException {
        store.put(INPUT, line("a", "m1") + line("b", "m1") + line("c", "m1"));
        AtomicInteger asked = new AtomicInteger();

        assertThat(planner(store, PlanConfig.DEFAULT)
                        .plan(BATCH, CHAT, INPUT, PlanOrder.PREFIX, () -> asked.incrementAndGet() == 2))
                .isEqualTo(new PlanResult.Stopped());
        assertThat(asked).hasValue(2);
        assertThat(blobs()).isEmpty();
    }

    @Test
    void placesShouldBeFoundByLine() throws IOException {
        PlanManifest manifest = planned(line("a", "m1") + line("b", "m2") + line("c", "m1") + line("d", "m1"));
        BitSet lines = new BitSet();
        lines.set(1);
        lines.set(2);
        lines.set(4);

        assertThat(PlanCursor.placesOf(lines, store, manifest.models().getFirst()).stream())
                .containsExactly(0, 2);
        assertThat(PlanCursor.placesOf(new BitSet(), store, manifest.models().getFirst())
                        .isEmpty())
                .isTrue();
    }

    @Test
    void aPlanOfTheWrongSizeShouldNotBeRead() throws IOException {
        ModelPlan plan = planned(line("a", "m1") + line("b", "m1")).models().getFirst();
        store.append(plan.key(), new byte[1]);

        assertThatThrownBy(() -> PlanCursor.open(store, plan))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("81 bytes, which is not 2 entries");
    }

    @RepeatedTest(value = 200, failureThreshold = 1)
    void plansShouldBeThoseOfTheNaivePlanner(RepetitionInfo run) throws IOException {
        Random random = SeededRandom.of(run);
        RandomJson json = new RandomJson(random);
        StringBuilder input = new StringBuilder();
        for (int i = random.nextInt(30); i > 0; i--) {
            input.append(
                    switch (random.nextInt(12)) {
                        case 0 -> "\n";
                        case 1 -> random.nextInt(4) == 0 ? json.object(2) + "\n" : "";
                        default ->
                            ("{\"custom_id\":\"" + random.nextInt(1000) + "\"" + json.space() + ",\"x\":"
                                    + json.value(2)
                                    + ",\"method\":\"POST\",\"url\":\"" + CHAT + "\",\"body\":" + json.space()
                                    + "{\"model\":\"m"
                                    + random.nextInt(4) + "\",\"messages\":" + json.value(3) + "}}\n");
                    });
        }
        NaivePlanner naive = new NaivePlanner(PlannerTest::known).read(input.toString(), CHAT);

        for (PlanOrder order : PlanOrder.values()) {
            PlanResult result = plan(input.toString(), PlanConfig.DEFAULT, order);

            if (!naive.errors().isEmpty()) {
                assertThat(result).isEqualTo(new PlanResult.Refused(naive.errors()));
            } else if (!naive.isEmpty()) {
                Map<String, List<PlanEntry>> plans = new LinkedHashMap<>();
                for (ModelPlan plan : ((PlanResult.Planned) result).manifest().models()) {
                    plans.put(plan.model(), entries(plan));
                }
                assertThat(plans).isEqualTo(naive.models(order));
                assertThat(List.copyOf(plans.keySet()))
                        .isEqualTo(List.copyOf(naive.models(order).keySet()));
            } else {
                assertThat(result).isInstanceOf(PlanResult.Refused.class);
            }
        }
    }

    /** Questions about documents in random order, which is the typical file that gains from reordering. */
    @RepeatedTest(value = 50, failureThreshold = 1)
    void boundShouldBeThatOfThePrefixTreeInAnyOrder(RepetitionInfo run) throws IOException {
        Random random = SeededRandom.of(run);
        StringBuilder input = new StringBuilder();
        Map<String, NaivePrefixTree> trees = new LinkedHashMap<>();
        for (int i = 0; i < 60; i++) {
            String messages = "[{\"role\":\"user\",\"content\":\""
                    + ("document " + random.nextInt(5) + "\\n").repeat(100) + "question " + random.nextInt(20) + "\"}]";
            String model = "m" + random.nextInt(2);
            input.append("{\"custom_id\":\"")
                    .append(i)
                    .append("\",\"method\":\"POST\",\"url\":\"" + CHAT + "\",\"body\":{\"model\":\"")
                    .append(model)
                    .append("\",\"messages\":")
                    .append(messages)
                    .append("}}\n");
            trees.computeIfAbsent(model, name -> new NaivePrefixTree())
                    .add("", messages.getBytes(StandardCharsets.UTF_8));
        }
        for (PlanOrder order : PlanOrder.values()) {
            PlanManifest manifest = ((PlanResult.Planned) plan(input.toString(), PlanConfig.DEFAULT, order)).manifest();

            long all = 0;
            long least = 0;
            for (ModelPlan plan : manifest.models()) {
                NaivePrefixTree tree = trees.get(plan.model());
                long prompts = entries(plan).stream()
                        .mapToLong(PlanEntry::promptTokens)
                        .sum();
                assertThat(plan.promptTokens()).isEqualTo(prompts);
                // no prompt here ends with a whole block, so none is shared to its last token
                assertThat(plan.leastTokens()).isEqualTo(prompts - 64L * (tree.allBlocks() - tree.uniqueBlocks()));
                all += prompts;
                least += plan.leastTokens();
                long fresh =
                        entries(plan).stream().mapToLong(PlanEntry::freshTokens).sum();
                assertThat(fresh).isGreaterThanOrEqualTo(plan.leastTokens());
                assertThat(plan.order()).isEqualTo(order.wireName());
                if (order == PlanOrder.PREFIX) {
                    assertThat(fresh).isEqualTo(plan.leastTokens());
                } else {
                    assertThat(entries(plan)).extracting(PlanEntry::line).isSorted();
                }
            }
            assertThat(manifest.prefixBound()).isEqualTo(1 - (double) least / all);
            assertThat(new PlanStore(store).find(BATCH)).contains(manifest);
        }
    }

    @Test
    void aManifestWithoutTokensShouldStillBeRead() throws IOException {
        String old =
                "{\"input\":\"files/file-1\",\"total\":5,\"models\":[{\"partition\":0,\"model\":\"m\",\"entries\":5,"
                        + "\"order\":\"file\",\"key\":\"k\"}]}";

        PlanManifest manifest = PlanManifest.read(new ByteArrayInputStream(old.getBytes(StandardCharsets.UTF_8)));

        assertThat(manifest.models()).containsExactly(new ModelPlan(0, "m", 5, "file", "k", 0, 0));
        assertThat(manifest.prefixBound()).isZero();
    }

    @Test
    void ordersShouldBeNamedAsInMetadata() {
        assertThat(PlanOrder.named("prefix")).isEqualTo(PlanOrder.PREFIX);
        assertThat(PlanOrder.named("file")).isEqualTo(PlanOrder.FILE);
        for (String other : List.of("", "FILE", "random")) {
            assertThatThrownBy(() -> PlanOrder.named(other))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("prefix or file");
        }
    }

    @Test
    void entriesShouldSurviveTheirStoredForm() {
        PlanEntries entries = new PlanEntries();
        byte[] bytes = new byte[3000];
        PromptBytes prompt = new PromptBytes(0, 0, 10, 20, 0, 0, 100, 2001, 77);
        for (int i = 0; i < 100_000; i++) {
            entries.add(
                    new Line(i + 1, i * 3_000_000L, bytes, 0, bytes.length, false, false),
                    new ScannedLine.Request("id", "m", 1, 2, 3, 4, prompt));
        }
        entries.noteFresh(entries.inOrder(PlanOrder.FILE));

        assertThat(entries.size()).isEqualTo(100_000);
        ByteBuffer encoded = entries.encoded(99_999);
        PlanEntry last = PlanEntries.decode(99_999, encoded.array(), encoded.arrayOffset());
        assertThat(last).isEqualTo(new PlanEntry(99_999, 100_000, 299_997_000_000L, 1, 2, 3, 4, 506, 506 - 7 * 64, 77));
        assertThat(encoded.remaining()).isEqualTo(PlanEntries.ENTRY_BYTES);
    }

    @Test
    void manifestShouldSurviveTheStore() throws IOException {
        PlanManifest manifest = new PlanManifest(
                "files/file-1",
                2_000_000,
                true,
                List.of(new ModelPlan(
                        0, "meta-llama/Llama \"3\" é😀", 5, "file", "batches/b/plan-0", 1L << 40, 1L << 33)));

        store.put("x", manifest.toJson());
        try (BlobReader blob = store.open("x")) {
            assertThat(PlanManifest.read(blob.stream(0, blob.size()))).isEqualTo(manifest);
        }
    }

    @Test
    void shardsShouldBeThePlanInPieces() throws IOException {
        StringBuilder input = new StringBuilder();
        for (int i = 0; i < 1000; i++) {
            input.append(line("c" + i, i % 3 == 0 ? "m1" : "m2"));
        }
        PlanManifest whole = planned(input.toString());
        List<List<Integer>> lines = new ArrayList<>();
        for (ModelPlan plan : whole.models()) {
            lines.add(entries(plan).stream().map(PlanEntry::line).toList());
        }

        PlanManifest cut = ((PlanResult.Planned) planner(store, PlanConfig.DEFAULT)
                        .plan(BATCH, CHAT, INPUT, PlanConfig.DEFAULT.order(), all -> OptionalInt.of(90), () -> false))
                .manifest();

        assertThat(whole.offload()).isFalse();
        assertThat(cut.offload()).isTrue();
        assertThat(cut.total()).isEqualTo(1000);
        assertThat(cut.distinctModels()).isEqualTo(whole.distinctModels()).hasSize(2);
        assertThat(cut.onlyModel()).isEmpty();
        assertThat(cut.prefixBound()).isEqualTo(whole.prefixBound());
        for (int model = 0; model < 2; model++) {
            List<Integer> pieces = new ArrayList<>();
            for (int partition : cut.partitionsOf(cut.distinctModels().get(model))) {
                ModelPlan piece = cut.models().get(partition);
                assertThat(piece.partition()).isEqualTo(partition);
                assertThat(piece.entries()).isBetween(80, 90);
                assertThat(entries(piece)).extracting(PlanEntry::index).startsWith(0, 1, 2);
                entries(piece).forEach(entry -> pieces.add(entry.line()));
            }
            assertThat(pieces).isEqualTo(lines.get(model));
        }
    }

    @ParameterizedTest
    @CsvSource({
        "1f8b0800, compressed with gzip",
        "28b52ffd, compressed with Zstandard",
        "504b0304, a ZIP archive",
        "fffe7b002200, encoded in UTF-16",
        "feff007b0022, encoded in UTF-16",
        "7b0022006100, encoded in UTF-16",
        "007b00220061, encoded in UTF-16",
        "fffe00007b000000, encoded in UTF-32",
    })
    void fileOfAnotherFormShouldBeNamedAsWhatItIs(String hex, String what) throws IOException {
        byte[] file = Arrays.copyOf(HexFormat.of().parseHex(hex), 2000);
        file[1000] = '\n';
        store.put(INPUT, new ByteArrayInputStream(file), Long.MAX_VALUE);
        PlanResult result = planner(store, PlanConfig.DEFAULT).plan(BATCH, CHAT, INPUT, PlanOrder.FILE, () -> false);
        assertThat(((PlanResult.Refused) result).errors())
                .containsExactly(LineError.ofFile(
                        "invalid_file_format",
                        "The input file is " + what
                                + ". Please upload it as JSON Lines in UTF-8, uncompressed or compressed once"
                                + " with gzip or Zstandard.",
                        ""));
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', textBlock = """
            {"id":"batch_req_1","custom_id":"1","response":{"status_code":200,"body":{}},"error":null} | the result file of a batch
            {"custom_id":"1","result":{"type":"succeeded","message":{}}} | the results of a message batch
            {"custom_id":"1","params":{"model":"m","messages":[]}} | in the format of Anthropic's Message Batches
            {"requests":[{"custom_id":"1","params":{"model":"m"}}]} | the body of POST /v1/messages/batches
            {"request":{"contents":[{"role":"user","parts":[{"text":"x"}]}]}} | in the format of Gemini or Vertex AI
            {"key":"1","request":{"contents":[]}} | in the format of Gemini or Vertex AI
            {"recordId":"1","modelInput":{"prompt":"x"}} | in the format of Amazon Bedrock
            [{"custom_id":"1","method":"POST"}, | a JSON array
            [ | a JSON array
            custom_id,method,url,body | not JSON; it looks like CSV
            """)
    void fileOfAnotherFormatShouldBeNamedByItsFirstLine(String first, String what) throws IOException {
        assertThat(refused(first + "\n" + line("2", "m"))).singleElement().satisfies(error -> {
            assertThat(error.code()).isEqualTo("invalid_file_format");
            assertThat(error.line()).isEmpty();
            assertThat(error.message()).startsWith("The input file is " + what).endsWith(".");
        });
        // a later line of that form is only a bad line
        assertThat(refused(line("2", "m") + first + "\n"))
                .allSatisfy(error -> assertThat(error.line()).hasValue(2));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{\"custom_id\":\"1\",\"url\":\"x\",\"params\":{}}",
                "{\"custom_id\":\"1\"}",
                "not JSON",
                "{\"a\":1,",
                "{",
                "7",
                "[]",
                "[1,"
            })
    void aFirstLineThatIsMerelyBadShouldBeReportedAsALine(String first) throws IOException {
        assertThat(refused(first + "\n"))
                .allSatisfy(error -> assertThat(error.line()).hasValue(1));
    }

    private PlanManifest planned(String input) throws IOException {
        return ((PlanResult.Planned) plan(input, PlanConfig.DEFAULT)).manifest();
    }

    private List<LineError> refused(String input) throws IOException {
        store.deleteFolder("batches");
        return ((PlanResult.Refused) plan(input, PlanConfig.DEFAULT)).errors();
    }

    private PlanResult plan(String input, PlanConfig config) throws IOException {
        return plan(input, config, config.order());
    }

    private PlanResult plan(String input, PlanConfig config, PlanOrder order) throws IOException {
        store.put(INPUT, input);
        return planner(store, config).plan(BATCH, CHAT, INPUT, order, () -> false);
    }

    private static Planner planner(FileStore store, PlanConfig config) {
        return new Planner(store, config, CHAT::equals, PlannerTest::known);
    }

    private static boolean known(String model) {
        return model.startsWith("m");
    }

    private List<PlanEntry> entries(ModelPlan plan) throws IOException {
        List<PlanEntry> entries = new ArrayList<>();
        try (PlanCursor cursor = PlanCursor.open(store, plan)) {
            for (Optional<PlanEntry> entry = cursor.next(); entry.isPresent(); entry = cursor.next()) {
                entries.add(entry.get());
            }
            assertThat(cursor.next()).isEmpty();
        }
        return entries;
    }

    /** Returns everything that is stored for the batch, as text that can be compared. */
    private Map<String, String> blobs() throws IOException {
        Map<String, String> blobs = new LinkedHashMap<>();
        for (String key : store.list("batches", 1000)) {
            blobs.put(key, HexFormat.of().formatHex(store.bytes(key)));
        }
        return blobs;
    }

    private static String line(String id, String model) {
        return "{\"custom_id\":\"" + id + "\",\"method\":\"POST\",\"url\":\"" + CHAT + "\",\"body\":{\"model\":\""
                + model + "\",\"messages\":[]}}\n";
    }

    private static String text(byte[] bytes, long offset, int length) {
        return new String(bytes, (int) offset, length, StandardCharsets.UTF_8);
    }
}
