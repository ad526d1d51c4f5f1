package io.backfill.it;

import static io.backfill.it.support.InputLines.CHAT;
import static io.backfill.it.support.InputLines.chatBody;
import static io.backfill.it.support.InputLines.chatLine;
import static io.backfill.it.support.InputLines.line;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import io.backfill.it.support.BatchView;
import io.backfill.it.support.BatchView.Refusal;
import io.backfill.it.support.Batches;
import io.backfill.it.support.InputLines;
import io.backfill.it.support.SharedGateway;
import io.backfill.it.support.UsesSharedGateway;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.http.HttpRequest.BodyPublishers;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** Tests which files validation accepts and what it reports about invalid ones, of which nothing is sent. */
@ExtendWith(UsesSharedGateway.class)
class ValidationIT {
    private static final long LARGEST = 209_715_200;
    private static final Duration LONG = Duration.ofSeconds(90);

    private final SharedGateway gateway;
    private final Batches batches;

    ValidationIT(SharedGateway gateway) {
        this.gateway = gateway;
        this.batches = gateway.batches();
    }

    /** Returns the errors of a batch that must be rejected without a single call. */
    private List<Refusal> refused(byte[] file) {
        String id = gateway.api()
                .upload("batch", BodyPublishers.ofByteArray(file))
                .expect(200)
                .json()
                .path("id")
                .asText();
        BatchView batch = batches.awaitEnd(batches.create(id).id(), "failed", LONG);
        assertThat(gateway.model().stats().received()).isZero();
        assertThat(batch.total()).isZero();
        assertThat(batch.outputFile()).isEmpty();
        assertThat(batch.errorFile()).isEmpty();
        assertThat(batch.time("failed_at")).isPresent();
        assertThat(batch.time("in_progress_at")).isEmpty();
        return batch.refusals();
    }

    private List<Refusal> refused(String... lines) {
        return refused(InputLines.of(lines).bytes());
    }

    private void assertRefused(String badLine, String code, String param, String message) {
        List<Refusal> refusals = refused(good("first"), badLine, good("last"));
        assertThat(refusals)
                .extracting(Refusal::line, Refusal::code, Refusal::param)
                .containsExactly(tuple(2, code, param));
        assertThat(refusals.getFirst().message()).isEqualTo(message);
    }

    private static String good(String customId) {
        return chatLine(customId, "steady", "hello");
    }

    private BatchView completed(byte[] file) {
        String id = gateway.api()
                .upload("batch", BodyPublishers.ofByteArray(file))
                .expect(200)
                .json()
                .path("id")
                .asText();
        return batches.awaitEnd(batches.create(id).id(), "completed", LONG);
    }

    @Test
    void compressedFilesShouldBeReadLikeOthers() throws IOException {
        byte[] compressed = gzip(InputLines.chat("steady", 100).bytes());

        BatchView batch = completed(compressed);

        assertThat(batches.output(batch).customIds())
                .containsExactlyInAnyOrderElementsOf(
                        IntStream.rangeClosed(1, 100).mapToObj(i -> "r-" + i).toList());
        assertThat(batches.content(batch.json().path("input_file_id").asText())).isEqualTo(compressed);
    }

    @Test
    void compressedFilesShouldBeRefusedForTheirLinesAndForWhatIsWrongWithTheirCompression() throws IOException {
        byte[] compressed = gzip(InputLines.of(good("first"), "{", good("last")).bytes());

        assertThat(refused(compressed))
                .containsExactly(new Refusal("invalid_json_line", 2, "", "This line is not parseable as valid JSON."));
        assertThat(refused(Arrays.copyOf(compressed, compressed.length - 9)))
                .extracting(Refusal::code, Refusal::message)
                .containsExactly(
                        tuple(
                                "invalid_file_format",
                                "The batch input file is compressed with gzip and cannot be decompressed: the gzip data is truncated."));
    }

    private static byte[] gzip(byte[] bytes) throws IOException {
        ByteArrayOutputStream compressed = new ByteArrayOutputStream();
        try (GZIPOutputStream out = new GZIPOutputStream(compressed)) {
            out.write(bytes);
        }
        return compressed.toByteArray();
    }

    @Test
    void brokenJsonShouldBeNamedByItsLine() {
        List<Refusal> refusals = refused(good("1"), good("2"), "{\"custom_id\":", good("4"), good("5"));
        assertThat(refusals)
                .containsExactly(new Refusal("invalid_json_line", 3, "", "This line is not parseable as valid JSON."));
    }

    @Test
    void everyBadLineShouldHaveAnEntry() {
        List<Refusal> refusals = refused(
                good("1"),
                "{\"method\":\"POST\",\"url\":\"" + CHAT + "\",\"body\":" + chatBody("steady", "x") + "}",
                good("3"),
                "{\"method\":\"POST\",\"url\":\"" + CHAT + "\",\"body\":" + chatBody("steady", "x") + "}",
                "{\"custom_id\":\"5\",\"method\":\"POST\",\"body\":" + chatBody("steady", "x") + "}");
        assertThat(refusals)
                .containsExactly(
                        new Refusal(
                                "missing_required_parameter",
                                2,
                                "custom_id",
                                "Missing required parameter: 'custom_id'."),
                        new Refusal(
                                "missing_required_parameter",
                                4,
                                "custom_id",
                                "Missing required parameter: 'custom_id'."),
                        new Refusal("missing_required_parameter", 5, "url", "Missing required parameter: 'url'."));
    }

    @Test
    void missingMethodAndBodyShouldBeNamed() {
        assertRefused(
                "{\"custom_id\":\"2\",\"url\":\"" + CHAT + "\",\"body\":{}}",
                "missing_required_parameter",
                "method",
                "Missing required parameter: 'method'.");
        assertRefused(
                "{\"custom_id\":\"2\",\"method\":\"POST\",\"url\":\"" + CHAT + "\"}",
                "missing_required_parameter",
                "body",
                "Missing required parameter: 'body'.");
    }

    @Test
    void wrongTypesShouldBeNamed() {
        assertRefused(
                line("2", CHAT, "\"text\""),
                "invalid_type",
                "body",
                "Invalid type for 'body': expected an object, but got a string instead.");
        assertRefused(
                good("2").replace("\"custom_id\":\"2\"", "\"custom_id\":2"),
                "invalid_type",
                "custom_id",
                "Invalid type for 'custom_id': expected a string, but got an integer instead.");
    }

    @Test
    void methodOtherThanPostShouldBeRefused() {
        assertRefused(
                good("2").replace("\"POST\"", "\"GET\""),
                "invalid_value",
                "method",
                "Invalid value: 'GET'. Supported values are: 'POST'.");
    }

    @Test
    void urlOtherThanTheBatchsEndpointShouldBeRefused() {
        assertRefused(
                line("2", "/v1/embeddings", "{\"model\":\"steady\",\"input\":\"x\"}"),
                "invalid_url",
                "url",
                "The URL provided for this request does not match the batch endpoint.");
        assertRefused(
                line("2", "/v1/x", "{}"),
                "url_not_found",
                "url",
                "The provided url '/v1/x' is not supported by the Batch API.");
    }

    @Test
    void streamingShouldBeRefused() {
        assertRefused(
                line("2", CHAT, "{\"stream\":true," + chatBody("steady", "x").substring(1)),
                "streaming_unsupported",
                "body.stream",
                "Chat Completions: Streaming is not supported in the Batch API.");
    }

    @Test
    void modelShouldBeThereAndBeKnown() {
        assertRefused(
                line("2", CHAT, "{\"messages\":[]}"),
                "missing_required_parameter",
                "body.model",
                "Missing required parameter: 'model'.");
        assertRefused(
                chatLine("2", "gpt-99", "x"),
                "model_not_found",
                "body.model",
                "The provided model 'gpt-99' is not supported by the Batch API.");
    }

    @Test
    void theEndpointsOwnFieldShouldBeThere() {
        assertRefused(
                line("2", CHAT, "{\"model\":\"steady\"}"),
                "missing_required_parameter",
                "body.messages",
                "Missing required parameter: 'messages'.");
    }

    @Test
    void duplicateCustomIdShouldBeReportedAtTheSecondOccurrence() {
        assertThat(refused(good("a"), good("b"), good("a")))
                .containsExactly(new Refusal(
                        "duplicate_custom_id",
                        3,
                        "custom_id",
                        "The custom_id 'a' for this request is a duplicate of another request. The custom_id parameter must"
                                + " be unique for each request in a batch."));
    }

    @Test
    void duplicateShouldBeFoundAmongFiftyThousandLines() {
        InputLines lines = InputLines.chat("steady", 49_999).and(good("r-17"));
        assertThat(refused(lines.bytes()))
                .extracting(Refusal::code, Refusal::line)
                .containsExactly(tuple("duplicate_custom_id", 50_000));
    }

    @Test
    void fiftyThousandLinesShouldPassAndOneMoreShouldFail() {
        InputLines lines = InputLines.chat("steady", 50_000);
        BatchView batch = batches.submit(lines);
        batches.await(batch.id(), "is in progress", now -> now.status().equals("in_progress"), LONG);
        batches.cancel(batch.id());
        assertThat(batches.awaitEnd(batch.id(), "cancelled", LONG).total()).isEqualTo(50_000);
        gateway.model().clearLedger();

        assertThat(refused(lines.and(good("one more")).bytes()))
                .containsExactly(new Refusal(
                        "too_many_tasks",
                        0,
                        "",
                        "The batch input file contains more than the 50000 requests allowed."));
    }

    @Test
    void twoHundredMegabytesShouldPassAndOneByteMoreShouldFail() {
        byte[] file = fileOf(LARGEST, 21, "narrow");
        assertThat(file.length).isEqualTo((int) LARGEST);
        assertThat(completed(file).completed()).isEqualTo(21);
        gateway.model().clearLedger();

        byte[] larger = Arrays.copyOf(file, file.length + 1);
        larger[file.length] = '\n';
        List<Refusal> refusals = refused(larger);
        assertThat(refusals).extracting(Refusal::code, Refusal::line).containsExactly(tuple("file_too_large", 0));
        assertThat(refusals.getFirst().message()).contains("209715200");
    }

    /** Returns lines of about equal length whose total size is exactly {@code bytes}. */
    private static byte[] fileOf(long bytes, int count, String model) {
        ByteArrayOutputStream all = new ByteArrayOutputStream((int) bytes);
        for (int i = 1; i <= count; i++) {
            long end = bytes * i / count;
            int frame = chatLine("big-" + i, model, "").length() + 1;
            all.writeBytes(chatLine("big-" + i, model, "x".repeat((int) (end - all.size() - frame)))
                    .getBytes(StandardCharsets.UTF_8));
            all.write('\n');
        }
        return all.toByteArray();
    }

    @Test
    void atMostAHundredBadLinesShouldBeListed() {
        InputLines lines = new InputLines();
        IntStream.range(0, 20_000).forEach(i -> lines.and("not json " + i));
        List<Refusal> refusals = refused(lines.bytes());
        assertThat(refusals)
                .extracting(Refusal::line)
                .containsExactlyElementsOf(IntStream.rangeClosed(1, 100).boxed().toList());
        assertThat(refusals).extracting(Refusal::code).containsOnly("invalid_json_line");
    }

    @Test
    void blankLinesAloneShouldBeAnEmptyFile() {
        assertThat(refused("\n\r\n  \n\t\n".getBytes(StandardCharsets.UTF_8)))
                .containsExactly(new Refusal(
                        "empty_file",
                        0,
                        "",
                        "The input file is empty. Please ensure that the batch contains at least one request."));
    }

    @Test
    void blankLinesAndCarriageReturnsShouldNotShiftTheNumbering() {
        String lines = "\r\n" + good("a") + "\r\n\n   \r\n" + good("b") + "\nnot json\r\n";
        assertThat(refused(lines.getBytes(StandardCharsets.UTF_8)))
                .extracting(Refusal::line, Refusal::code)
                .containsExactly(tuple(6, "invalid_json_line"));
        BatchView batch = completed(lines.replace("not json", "").getBytes(StandardCharsets.UTF_8));
        assertThat(batches.output(batch).customIds()).containsExactlyInAnyOrder("a", "b");
        assertThat(batches.output(batch).of("b").json().path("id").asText()).endsWith("00000005");
    }

    @Test
    void byteOrderMarkAndAMissingFinalNewlineShouldBeAccepted() {
        String file = "\ufeff" + good("first") + "\n" + good("last");
        BatchView batch = completed(file.getBytes(StandardCharsets.UTF_8));
        assertThat(batches.output(batch).customIds()).containsExactlyInAnyOrder("first", "last");
    }

    @Test
    void aLineOfTenMegabytesShouldBeAccepted() {
        BatchView batch = completed(InputLines.of(chatLine("ten", "steady", "y".repeat(10 << 20)), good("small"))
                .bytes());
        assertThat(batch.completed()).isEqualTo(2);
    }

    @Test
    void aLineAboveTheLimitShouldBeNamed() {
        assertThat(refused(good("1"), chatLine("2", "steady", "y".repeat(17 << 20)), good("3")))
                .extracting(Refusal::line, Refusal::code)
                .containsExactly(tuple(2, "line_too_long"));
    }

    @Test
    void bytesThatAreNotUtf8AndNulShouldBeNamed() {
        byte[] latin = good("2").replace("hello", "h\u00e9llo").getBytes(StandardCharsets.ISO_8859_1);
        byte[] file = new InputLines()
                .and(good("1"))
                .and(latin)
                .and(good("3").replace("hello", "he\0llo"))
                .bytes();
        assertThat(refused(file))
                .extracting(Refusal::line, Refusal::code)
                .containsExactly(tuple(2, "invalid_json_line"), tuple(3, "invalid_json_line"));
    }

    @Test
    void garbageShouldBeRefusedNotChoked() {
        byte[] garbage = new byte[5 << 20];
        new Random(7).nextBytes(garbage);
        List<Refusal> refusals = refused(garbage);
        assertThat(refusals).hasSize(100).extracting(Refusal::code).containsOnly("invalid_json_line");
    }

    @Test
    void linesThatAreNoObjectsShouldBeRefused() {
        assertThat(refused("[]", "\"text\"", "17", "null", good("5") + good("6")))
                .extracting(Refusal::line, Refusal::code)
                .containsExactly(
                        tuple(1, "invalid_type"),
                        tuple(2, "invalid_type"),
                        tuple(3, "invalid_type"),
                        tuple(4, "invalid_type"),
                        tuple(5, "invalid_json_line"));
    }

    @Test
    void unknownMembersAndDoubledKeysShouldBeAccepted() {
        String doubled = good("last wins")
                .replace("{\"custom_id\"", "{\"custom_id\":\"first\",\"priority\":{\"a\":[1]},\"custom_id\"");
        BatchView batch = completed(InputLines.of(doubled).bytes());
        assertThat(batches.output(batch).customIds()).containsExactly("last wins");
    }
}
