package io.backfill.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.backfill.it.support.BatchView;
import io.backfill.it.support.Batches;
import io.backfill.it.support.InputLines;
import io.backfill.it.support.SharedGateway;
import io.backfill.it.support.UsesSharedGateway;
import io.backfill.simulator.engine.Latency;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** Batches that their owners pause, resume and limit while the server runs them. */
@ExtendWith(UsesSharedGateway.class)
class SteeringIT {
    /** The cap of model {@code steady}. */
    private static final int CAP = 32;

    private static final Duration SETTLES = Duration.ofSeconds(2);

    private final SharedGateway gateway;
    private final Batches batches;

    SteeringIT(SharedGateway gateway) {
        this.gateway = gateway;
        this.batches = gateway.batches();
    }

    private BatchView order(BatchView batch, String path, String body) {
        return new BatchView(gateway.api()
                .postJson("/v1/batches/" + batch.id() + path, body)
                .expect(200)
                .json());
    }

    private static String paused(BatchView batch) {
        return batch.json().at("/backfill/paused/reason").asText();
    }

    private static long tokens(BatchView batch) {
        return batch.json().at("/usage/input_tokens").asLong()
                + batch.json().at("/usage/output_tokens").asLong();
    }

    /** Waits until no call is open and the counts are those of the calls, and returns the number of calls. */
    private int settledCalls(BatchView batch) {
        await().atMost(SETTLES.plusSeconds(2)).until(() -> {
            int received = gateway.received(batch).size();
            return batches.get(batch.id()).completed() == received;
        });
        return gateway.received(batch).size();
    }

    private void assertEveryLineOnce(BatchView ended, int lines) {
        assertThat(batches.output(ended).customIds()).hasSize(lines).doesNotHaveDuplicates();
        assertThat(gateway.received(ended)).as("no line was sent twice").hasSize(lines);
    }

    @Test
    void aPausedBatchShouldMakeNoCallUntilItIsResumed() {
        gateway.model().latency(Latency.fixed(Duration.ofMillis(100)));
        BatchView batch = batches.submit(InputLines.chat("steady", 600));
        batches.await(batch.id(), "is under way", now -> now.completed() >= 50);

        assertThat(paused(order(batch, "/pause", ""))).isEqualTo("user");

        int calls = settledCalls(batch);
        assertThat(calls).isLessThan(600);
        await().during(SETTLES)
                .atMost(SETTLES.multipliedBy(2))
                .until(() -> gateway.received(batch).size() == calls);
        assertThat(batches.get(batch.id()).status()).isEqualTo("in_progress");
        order(batch, "/resume", "");
        assertEveryLineOnce(batches.awaitEnd(batch.id(), "completed"), 600);
    }

    @Test
    void aCancelShouldSettleAPausedBatch() {
        gateway.model().latency(Latency.fixed(Duration.ofMillis(100)));
        BatchView batch = batches.submit(InputLines.chat("steady", 600));
        batches.await(batch.id(), "is under way", now -> now.completed() >= 50);
        order(batch, "/pause", "");
        int calls = settledCalls(batch);

        batches.cancel(batch.id());

        BatchView ended = batches.awaitEnd(batch.id(), "cancelled");
        assertThat(ended.completed()).isEqualTo(calls);
        assertThat(batches.output(ended).count() + batches.errors(ended).count())
                .isEqualTo(600);
    }

    @Test
    void aTokenBudgetShouldPauseTheBatchWithAllResults() {
        gateway.model().latency(Latency.fixed(Duration.ofMillis(50)));
        BatchView whole =
                batches.awaitEnd(batches.submit(InputLines.chat("steady", 100)).id(), "completed");
        long each = tokens(whole) / 100;
        long budget = each * 200;
        String file = gateway.api().upload(InputLines.chat("steady", 600));
        BatchView batch = new BatchView(gateway.api()
                .postJson(
                        "/v1/batches",
                        Batches.createBody(file, InputLines.CHAT, "24h")
                                .replaceFirst("\\{", "{\"backfill\":{\"token_budget\":" + budget + "},"))
                .expect(200)
                .json());

        BatchView stopped =
                batches.await(batch.id(), "is paused", now -> paused(now).equals("budget"));
        int calls = settledCalls(batch);

        assertThat(stopped.status()).isEqualTo("in_progress");
        // lines differ by a few tokens
        assertThat(calls).isBetween(190, 210 + CAP);
        assertThat(tokens(batches.get(batch.id()))).isGreaterThanOrEqualTo(budget);
        gateway.api().post("/v1/batches/" + batch.id() + "/resume").expect(400);
        order(batch, "/resume", "{\"token_budget\":null}");
        assertEveryLineOnce(batches.awaitEnd(batch.id(), "completed"), 600);
    }

    @Test
    void aLimitOfCallsShouldHoldFromTheNextSecondsOn() {
        gateway.model().latency(Latency.fixed(Duration.ofMillis(100)));
        BatchView batch = batches.submit(InputLines.chat("steady", 600));
        batches.await(batch.id(), "is under way", now -> now.completed() >= 50);

        order(batch, "", "{\"backfill\":{\"max_in_flight\":2,\"priority\":\"low\"}}");

        await().during(Duration.ofSeconds(1))
                .atMost(SETTLES.plusSeconds(2))
                .until(() -> gateway.received(batch).stream()
                                .filter(entry -> entry.answered().isEmpty())
                                .count()
                        <= 2);
        assertThat(batches.get(batch.id()).isTerminal()).isFalse();
        order(batch, "", "{\"backfill\":{\"max_in_flight\":null}}");
        assertEveryLineOnce(batches.awaitEnd(batch.id(), "completed"), 600);
    }
}
