package io.backfill.it;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.backfill.it.support.Answer;
import io.backfill.it.support.BatchView;
import io.backfill.it.support.Batches;
import io.backfill.it.support.InputLines;
import io.backfill.it.support.ResultLines;
import io.backfill.it.support.SharedGateway;
import io.backfill.it.support.UsesSharedGateway;
import io.backfill.simulator.engine.Latency;
import io.backfill.simulator.faults.FaultKind;
import io.backfill.simulator.faults.FaultRule;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** Batches that end before they are done get their partial results soon, with counts that are exact. */
@ExtendWith(UsesSharedGateway.class)
class CancelAndExpiryIT {
    /** The shared gateway's grace for open calls, plus the time that settling may take. */
    private static final Duration GRACE_AND_SETTLING = Duration.ofSeconds(2 + 10);

    private final SharedGateway gateway;
    private final Batches batches;

    CancelAndExpiryIT(SharedGateway gateway) {
        this.gateway = gateway;
        this.batches = gateway.batches();
    }

    /** Asserts that both files together contain every line of the input, and that lines that never ran state the reason. */
    private void assertSettled(BatchView batch, int total, String whyNeverRun) {
        ResultLines output = batches.output(batch);
        ResultLines errors = batches.errors(batch);
        assertThat(batch.total()).isEqualTo(total);
        assertThat(output.count()).isEqualTo(batch.completed());
        assertThat(errors.count()).isEqualTo(total - batch.completed());
        Set<String> ids = new HashSet<>();
        Stream.concat(output.customIds().stream(), errors.customIds().stream())
                .forEach(id -> assertThat(ids.add(id)).as(id).isTrue());
        List<ResultLines.Line> neverRun = errors.all().stream()
                .filter(line -> line.errorCode().equals(whyNeverRun))
                .toList();
        assertThat(neverRun)
                .hasSize(total - batch.settled())
                .allSatisfy(line ->
                        assertThat(line.json().path("response").isNull()).isTrue());
    }

    @Test
    void cancelHalfWayShouldKeepWhatIsDoneAndNameWhatIsNot() {
        gateway.model().latency(Latency.fixed(Duration.ofMillis(100)));
        BatchView batch = batches.submit(InputLines.chat("steady", 600));
        batches.await(batch.id(), "is under way", now -> now.completed() >= 50);

        BatchView cancelling = batches.cancel(batch.id());
        assertThat(cancelling.status()).isIn("cancelling", "cancelled");
        assertThat(cancelling.time("cancelling_at")).isPresent();
        BatchView again = batches.cancel(batch.id());
        assertThat(again.time("cancelling_at")).isEqualTo(cancelling.time("cancelling_at"));
        BatchView ended = batches.awaitEnd(batch.id(), "cancelled", GRACE_AND_SETTLING);

        assertThat(ended.time("cancelled_at")).isPresent();
        assertThat(ended.time("cancelling_at")).isEqualTo(cancelling.time("cancelling_at"));
        assertThat(ended.completed()).isBetween(50, 599);
        assertThat(ended.failed()).isZero();
        assertSettled(ended, 600, "batch_cancelled");
        assertThat(batches.errors(ended)
                        .all()
                        .getFirst()
                        .json()
                        .path("error")
                        .path("message")
                        .asText())
                .isEqualTo("This request was not executed because the batch was cancelled.");
        // open calls completed and count; nothing was sent afterwards
        assertThat(gateway.received(ended))
                .hasSize(ended.completed())
                .allMatch(entry -> entry.answered().isPresent());
        assertThat(ended.json().path("usage").isObject()).isTrue();
    }

    @Test
    void cancelWhileValidatingShouldSendNothing() {
        BatchView batch = batches.create(gateway.api().upload(InputLines.chat("steady", 50_000)));
        BatchView cancelling = batches.cancel(batch.id());
        assertThat(cancelling.time("cancelling_at")).isPresent();

        BatchView ended = batches.awaitEnd(batch.id(), "cancelled", GRACE_AND_SETTLING);
        assertThat(ended.time("cancelled_at")).isPresent();
        assertThat(gateway.received(ended)).isEmpty();
        assertThat(ended.completed()).isZero();
        assertThat(ended.failed()).isZero();
        assertThat(ended.outputFile()).isEmpty();
        assertThat(batches.errors(ended).count()).isEqualTo(ended.total());
    }

    @Test
    void cancelOfAnEndedBatchShouldBeRefusedUnlessItWasCancelled() {
        BatchView completed =
                batches.awaitEnd(batches.submit(InputLines.chat("steady", 1)).id(), "completed");
        BatchView failed =
                batches.awaitEnd(batches.submit(InputLines.of("not json")).id(), "failed");
        BatchView expired = batches.awaitEnd(
                batches.submit(InputLines.chat("away", 1), "1s").id(), "expired", Duration.ofSeconds(20));
        for (BatchView ended : List.of(completed, failed, expired)) {
            Answer answer =
                    gateway.api().post("/v1/batches/" + ended.id() + "/cancel").expect(409);
            JsonNode error = answer.error();
            assertThat(error.path("message").asText())
                    .isEqualTo("Cannot cancel a batch with status '" + ended.status() + "'.");
            assertThat(error.path("type").asText()).isEqualTo("invalid_request_error");
            assertThat(error.path("param").isNull()).isTrue();
            assertThat(error.path("code").isNull()).isTrue();
            assertThat(answer.headers().firstValue("x-should-retry")).contains("false");
            assertThat(batches.get(ended.id())).isEqualTo(ended);
        }

        BatchView batch = batches.submit(InputLines.chat("away", 1));
        batches.cancel(batch.id());
        BatchView cancelled = batches.awaitEnd(batch.id(), "cancelled");
        assertThat(batches.cancel(batch.id())).isEqualTo(cancelled);
    }

    @Test
    void windowThatEndsShouldKeepWhatIsDone() {
        gateway.model().latency(Latency.fixed(Duration.ofMillis(200)));
        BatchView batch = batches.submit(InputLines.chat("narrow", 300), "3s");
        assertThat(batch.time("expires_at").orElseThrow()
                        - batch.time("created_at").orElseThrow())
                .isEqualTo(3);
        BatchView ended =
                batches.awaitEnd(batch.id(), "expired", Duration.ofSeconds(3).plus(GRACE_AND_SETTLING));

        assertThat(ended.time("expired_at").orElseThrow())
                .isGreaterThanOrEqualTo(ended.time("expires_at").orElseThrow());
        assertThat(ended.time("cancelling_at")).isEmpty();
        assertThat(ended.completed()).isBetween(1, 299);
        assertThat(ended.failed()).isZero();
        assertSettled(ended, 300, "batch_expired");
        assertThat(batches.errors(ended)
                        .all()
                        .getFirst()
                        .json()
                        .path("error")
                        .path("message")
                        .asText())
                .isEqualTo("This request could not be executed before the completion window expired.");
        assertThat(gateway.received(ended)).hasSize(ended.completed());
    }

    @Test
    void windowThatEndsBeforeAnythingIsDoneShouldLeaveOnlyErrors() {
        BatchView batch = batches.submit(InputLines.chat("away", 30), "2s");
        BatchView ended =
                batches.awaitEnd(batch.id(), "expired", Duration.ofSeconds(2).plus(GRACE_AND_SETTLING));

        assertThat(ended.outputFile()).isEmpty();
        assertThat(ended.json().path("usage").path("total_tokens").asInt(-1)).isZero();
        assertSettled(ended, 30, "batch_expired");
    }

    @Test
    void thousandsOfUndoneLinesShouldSettleInTime() {
        gateway.model().latency(Latency.fixed(Duration.ofMillis(300)));
        BatchView batch = batches.submit(InputLines.chat("steady", 30_000));
        batches.await(batch.id(), "is under way", now -> now.completed() > 0);
        batches.cancel(batch.id());

        BatchView ended = batches.awaitEnd(batch.id(), "cancelled", GRACE_AND_SETTLING);
        assertSettled(ended, 30_000, "batch_cancelled");
    }

    @Test
    void callsThatHangAtTheCancelShouldBeCutAfterTheGrace() {
        gateway.model().faults(FaultRule.of(FaultKind.HANG).matching("Question stuck-"));
        BatchView batch =
                batches.submit(new InputLines().andChat("steady", "free", 50).andChat("steady", "stuck", 20));
        batches.await(batch.id(), "is under way", now -> now.completed() == 50);
        batches.cancel(batch.id());

        BatchView ended = batches.awaitEnd(batch.id(), "cancelled", GRACE_AND_SETTLING);
        assertThat(ended.completed()).isEqualTo(50);
        assertThat(ended.failed()).isZero();
        assertSettled(ended, 70, "batch_cancelled");
    }

    @Test
    void failedLinesShouldStayFailedInACancelledBatch() {
        gateway.model().faults(FaultRule.answering(400).matching("Question bad-"));
        gateway.model().latency(Latency.fixed(Duration.ofMillis(200)));
        BatchView batch =
                batches.submit(new InputLines().andChat("narrow", "bad", 10).andChat("narrow", "r", 100));
        batches.await(batch.id(), "is under way", now -> now.failed() == 10 && now.completed() > 0);
        batches.cancel(batch.id());

        BatchView ended = batches.awaitEnd(batch.id(), "cancelled", GRACE_AND_SETTLING);
        assertThat(ended.failed()).isEqualTo(10);
        assertSettled(ended, 110, "batch_cancelled");
    }

    @Test
    void unknownBatchShouldBeNotFound() {
        String id = "batch_" + "0".repeat(32);
        for (Answer answer :
                List.of(gateway.api().get("/v1/batches/" + id), gateway.api().post("/v1/batches/" + id + "/cancel"))) {
            assertThat(answer.expect(404).error().path("message").asText())
                    .isEqualTo("No batch found with id '" + id + "'.");
        }
    }
}
