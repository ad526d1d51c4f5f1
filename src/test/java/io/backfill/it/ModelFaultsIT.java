package io.backfill.it;

import static io.backfill.it.support.InputLines.CHAT;
import static io.backfill.it.support.InputLines.chatBody;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import io.backfill.it.support.Api;
import io.backfill.it.support.BatchView;
import io.backfill.it.support.Batches;
import io.backfill.it.support.InputLines;
import io.backfill.it.support.Json;
import io.backfill.it.support.Ledgers;
import io.backfill.it.support.ResultLines;
import io.backfill.it.support.SharedGateway;
import io.backfill.it.support.UsesSharedGateway;
import io.backfill.simulator.Simulator;
import io.backfill.simulator.SimulatorOptions;
import io.backfill.simulator.faults.FaultKind;
import io.backfill.simulator.faults.FaultRule;
import io.backfill.simulator.ledger.LedgerEntry;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What happens to lines whose model refuses, fails, hangs or returns invalid answers. */
@ExtendWith(UsesSharedGateway.class)
class ModelFaultsIT {
    private static final String NEEDLE = "Question bad-";

    private final SharedGateway gateway;
    private final Batches batches;

    ModelFaultsIT(SharedGateway gateway) {
        this.gateway = gateway;
        this.batches = gateway.batches();
    }

    /** Nine lines without faults and one line, {@code bad-1}, that meets the faults. */
    private BatchView tenLines(String model, FaultRule... faults) {
        gateway.model().faults(faults);
        InputLines input = new InputLines().andChat(model, "r", 9).andChat(model, "bad", 1);
        return batches.awaitEnd(batches.submit(input).id(), "completed");
    }

    private ResultLines.Line onlyError(BatchView batch) {
        assertThat(batch.completed()).isEqualTo(9);
        assertThat(batch.failed()).isEqualTo(1);
        assertThat(batches.output(batch).customIds()).hasSize(9).doesNotContain("bad-1");
        assertThat(batches.errors(batch).count()).isEqualTo(1);
        return batches.errors(batch).of("bad-1");
    }

    private void assertNoErrors(BatchView batch) {
        assertThat(batch.completed()).isEqualTo(10);
        assertThat(batch.failed()).isZero();
        assertThat(batch.errorFile()).isEmpty();
        assertThat(batches.output(batch).count()).isEqualTo(10);
    }

    /** Returns the calls received for the line {@code bad-1}, which is the tenth. */
    private List<LedgerEntry> receiptsOfTheBadOne(BatchView batch) {
        return gateway.received(batch).stream()
                .filter(entry -> entry.requestId().orElse("").equals(Ledgers.callId(batch.id(), 10)))
                .toList();
    }

    private String rightAnswer(String model) {
        try (Api direct = Api.of(URI.create(gateway.model().baseUrl()))) {
            gateway.model().faults();
            return direct.postJson(CHAT, chatBody(model, "Question bad-1, please answer."))
                    .text();
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {400, 413, 415, 422})
    void refusedLineShouldGoToTheErrorFileAtOnce(int status) {
        BatchView batch = tenLines("steady", FaultRule.answering(status).matching(NEEDLE));

        ResultLines.Line line = onlyError(batch);
        assertThat(line.statusCode()).isEqualTo(status);
        assertThat(line.json().path("error").isNull()).isTrue();
        assertThat(line.json()
                        .path("response")
                        .path("body")
                        .path("error")
                        .path("message")
                        .asText())
                .isNotEmpty();
        assertThat(receiptsOfTheBadOne(batch)).hasSize(1);
    }

    /**
     * The cause might be a rotated key: the line is sent to the only replica again, and once more after the replica has served
     * other lines or the patience is over.
     */
    @ParameterizedTest
    @ValueSource(ints = {401, 403, 404, 405})
    void lineThatItsReplicaDoesNotServeShouldGoToTheErrorFileAfterAnotherAttempt(int status) {
        BatchView batch = tenLines("steady", FaultRule.answering(status).matching(NEEDLE));

        assertThat(onlyError(batch).statusCode()).isEqualTo(status);
        assertThat(receiptsOfTheBadOne(batch)).hasSizeGreaterThan(1);
    }

    @Test
    void batchOfFailuresOnlyShouldCompleteWithoutOutput() {
        gateway.model().faults(FaultRule.answering(400));
        BatchView batch =
                batches.awaitEnd(batches.submit(InputLines.chat("steady", 12)).id(), "completed");

        assertThat(batch.completed()).isZero();
        assertThat(batch.failed()).isEqualTo(12);
        assertThat(batch.outputFile()).isEmpty();
        assertThat(batches.errors(batch).count()).isEqualTo(12);
        assertThat(batch.json().path("usage").path("total_tokens").asInt(-1)).isZero();
    }

    @Test
    void serverErrorTwiceThenAnAnswerShouldBeASuccess() {
        BatchView batch = tenLines("steady", FaultRule.answering(500).first(2));

        assertNoErrors(batch);
        assertThat(gateway.received(batch)).hasSize(30);
    }

    @ParameterizedTest
    @ValueSource(ints = {408, 500, 502})
    void lastingServerErrorShouldEndAfterTheRetries(int status) {
        BatchView batch = tenLines("steady", FaultRule.answering(status).matching(NEEDLE));

        assertThat(onlyError(batch).statusCode()).isEqualTo(status);
        assertThat(receiptsOfTheBadOne(batch)).hasSize(4);
    }

    @Test
    void busyModelShouldBeAskedAgainAfterTheTimeItAskedFor() {
        BatchView batch = tenLines(
                "obedient", FaultRule.answering(429).withRetryAfter("1").first(1));

        assertNoErrors(batch);
        List<LedgerEntry> receipts = receiptsOfTheBadOne(batch);
        assertThat(receipts).hasSize(2);
        assertThat(receipts.get(1).received() - receipts.get(0).received()).isGreaterThanOrEqualTo(990);
    }

    @ParameterizedTest
    @ValueSource(ints = {429, 503})
    void busyModelWithoutRetryAfterShouldBeAskedMoreOftenThanTheRetries(int status) {
        BatchView batch = tenLines("steady", FaultRule.answering(status).first(6));

        assertNoErrors(batch);
        assertThat(receiptsOfTheBadOne(batch)).hasSize(7);
    }

    @Test
    void deadModelShouldGiveErrorLinesWhenPatienceIsOver() {
        BatchView batch =
                batches.awaitEnd(batches.submit(InputLines.chat("dead", 50)).id(), "completed");

        assertThat(batch.failed()).isEqualTo(50);
        assertThat(batch.outputFile()).isEmpty();
        assertThat(batches.errors(batch).all()).hasSize(50).allSatisfy(line -> {
            assertThat(line.json().path("response").isNull()).isTrue();
            assertThat(line.errorCode()).isEqualTo("server_error");
            assertThat(line.json().path("error").path("message").asText()).contains("refused the connection");
        });
    }

    @Test
    void deadModelShouldNotHarmTheLivingOneInTheSameBatch() {
        BatchView batch = batches.awaitEnd(
                batches.submit(new InputLines().andChat("dead", "d", 20).andChat("steady", "s", 20))
                        .id(),
                "completed");

        assertThat(batches.output(batch).customIds()).hasSize(20).allMatch(id -> id.startsWith("s-"));
        assertThat(batches.errors(batch).customIds()).hasSize(20).allMatch(id -> id.startsWith("d-"));
    }

    @Test
    void modelThatComesBackWithinPatienceShouldLeaveNoErrorLine() throws Exception {
        BatchView batch = batches.submit(InputLines.chat("away", 50));
        batches.await(batch.id(), "is in progress", now -> now.status().equals("in_progress"));
        await().during(Duration.ofMillis(1500))
                .atMost(Duration.ofSeconds(5))
                .until(() -> batches.get(batch.id()).settled() == 0);

        gateway.away().close();
        try (Simulator back = Simulator.start(SimulatorOptions.defaults()
                .withAnyModel()
                .withPort(gateway.away().number()))) {
            BatchView ended = batches.awaitEnd(batch.id(), "completed");
            assertThat(ended.completed()).isEqualTo(50);
            assertThat(ended.errorFile()).isEmpty();
            assertThat(back.stats().received()).isEqualTo(50);
        }
    }

    @Test
    void hangingModelShouldTimeOut() {
        BatchView batch = tenLines("hasty", FaultRule.of(FaultKind.HANG).matching(NEEDLE));

        ResultLines.Line line = onlyError(batch);
        assertThat(line.json().path("response").isNull()).isTrue();
        assertThat(line.errorCode()).isEqualTo("request_timeout");
        assertThat(line.json().path("error").path("message").asText())
                .isEqualTo("The request timed out while waiting for the model.");
        assertThat(receiptsOfTheBadOne(batch)).hasSize(2);
    }

    @ParameterizedTest
    @EnumSource(names = {"RESET", "SHORT", "CLOSE"})
    void brokenConnectionShouldBeTriedAgain(FaultKind kind) {
        BatchView batch = tenLines("steady", FaultRule.of(kind).first(1));

        assertNoErrors(batch);
        assertThat(receiptsOfTheBadOne(batch)).hasSize(2);
    }

    @Test
    void connectionThatAlwaysBreaksShouldGiveAnErrorLine() {
        BatchView batch = tenLines("steady", FaultRule.of(FaultKind.RESET).matching(NEEDLE));

        ResultLines.Line line = onlyError(batch);
        assertThat(line.json().path("response").isNull()).isTrue();
        assertThat(line.errorCode()).isEqualTo("server_error");
        assertThat(receiptsOfTheBadOne(batch)).hasSize(4);
    }

    @ParameterizedTest
    @EnumSource(names = {"PRETTY", "PRETTY_CRLF"})
    void prettyPrintedAnswerShouldStandOnOneLineWithEveryTokenKept(FaultKind kind) {
        BatchView batch = tenLines("steady", FaultRule.of(kind).matching(NEEDLE));

        assertNoErrors(batch);
        String body = batches.output(batch).of("bad-1").body();
        String right = rightAnswer("steady");
        assertThat(body).contains("  ").doesNotContain("\n", "\r");
        assertThat(Json.read(body.getBytes(StandardCharsets.UTF_8)))
                .isEqualTo(Json.read(right.getBytes(StandardCharsets.UTF_8)));
    }

    @Test
    void htmlShouldBeWrappedNotPassedAsAnAnswer() {
        BatchView batch = tenLines("steady", FaultRule.of(FaultKind.HTML).matching(NEEDLE));

        ResultLines.Line line = onlyError(batch);
        assertThat(line.statusCode()).isEqualTo(200);
        JsonNode error = line.json().path("response").path("body").path("error");
        assertThat(error.path("message").asText()).startsWith("<html>").contains("Bad Gateway");
        assertThat(error.path("type").asText()).isEqualTo("server_error");
        assertThat(error.path("param").isNull()).isTrue();
        assertThat(error.path("code").isNull()).isTrue();
    }

    @Test
    void htmlOfAProxyShouldBeRetriedLikeItsStatus() {
        BatchView batch =
                tenLines("steady", FaultRule.of(FaultKind.HTML).withStatus(502).matching(NEEDLE));

        assertThat(onlyError(batch).statusCode()).isEqualTo(502);
        assertThat(receiptsOfTheBadOne(batch)).hasSize(4);
    }

    @ParameterizedTest
    @EnumSource(names = {"BROKEN_JSON", "NOT_UTF8", "SSE", "EMPTY"})
    void answerThatIsNoJsonObjectShouldBeWrapped(FaultKind kind) {
        BatchView batch = tenLines("steady", FaultRule.of(kind).matching(NEEDLE));

        ResultLines.Line line = onlyError(batch);
        assertThat(line.statusCode()).isEqualTo(200);
        assertThat(line.json().path("error").isNull()).isTrue();
        assertThat(line.json()
                        .path("response")
                        .path("body")
                        .path("error")
                        .path("type")
                        .asText())
                .isEqualTo("server_error");
    }
}
