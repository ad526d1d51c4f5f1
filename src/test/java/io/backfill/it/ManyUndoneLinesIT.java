package io.backfill.it;

import static org.assertj.core.api.Assertions.assertThat;

import io.backfill.it.support.BatchView;
import io.backfill.it.support.Batches;
import io.backfill.it.support.InputLines;
import io.backfill.it.support.ResultLines;
import io.backfill.it.support.SharedGateway;
import io.backfill.it.support.UsesSharedGateway;
import io.backfill.simulator.engine.Latency;
import java.time.Duration;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/**
 * A slow model with four calls at once, and nearly all lines undone when the batch is ended: it ends soon, and with every line
 * once.
 */
@Tag("slow")
@ExtendWith(UsesSharedGateway.class)
class ManyUndoneLinesIT {
    private static final int LINES = 20_000;
    /** That of the shared gateway. */
    private static final Duration GRACE = Duration.ofSeconds(2);

    private static final Duration SETTLING = Duration.ofSeconds(10);

    private final SharedGateway gateway;
    private final Batches batches;

    ManyUndoneLinesIT(SharedGateway gateway) {
        this.gateway = gateway;
        this.batches = gateway.batches();
    }

    @BeforeEach
    void slow() {
        gateway.model().latency(Latency.fixed(Duration.ofMillis(250)));
    }

    @Test
    void aCancelShouldSettleEveryLineOnceAndSoon() {
        BatchView batch = batches.submit(InputLines.chat("narrow", LINES));
        batches.await(batch.id(), "is under way", now -> now.completed() >= 8);

        BatchView cancelling = batches.cancel(batch.id());
        BatchView ended = batches.awaitEnd(batch.id(), "cancelled", GRACE.plus(SETTLING));

        assertThat(ended.time("cancelling_at")).isPresent().isEqualTo(cancelling.time("cancelling_at"));
        assertThat(ended.time("cancelled_at")).isPresent();
        assertThat(ended.time("expired_at")).isEmpty();
        assertEveryLineOnce(
                ended,
                "batch_cancelled",
                "This request was not executed because the batch was cancelled.",
                "batch_expired");
    }

    @Test
    void aWindowThatEndsShouldSettleEveryLineOnceAndSoon() {
        BatchView batch = batches.submit(InputLines.chat("narrow", LINES), "6s");

        BatchView ended = batches.awaitEnd(
                batch.id(), "expired", Duration.ofSeconds(6).plus(GRACE).plus(SETTLING));

        long expiresAt = ended.time("expires_at").orElseThrow();
        assertThat(ended.time("expired_at").orElseThrow())
                .isBetween(expiresAt, expiresAt + GRACE.plus(SETTLING).toSeconds());
        assertThat(ended.time("cancelling_at")).isEmpty();
        assertThat(ended.time("cancelled_at")).isEmpty();
        assertEveryLineOnce(
                ended,
                "batch_expired",
                "This request could not be executed before the completion window expired.",
                "batch_cancelled");
    }

    private void assertEveryLineOnce(BatchView ended, String why, String message, String notWhy) {
        ResultLines output = batches.output(ended);
        ResultLines errors = batches.errors(ended);
        assertThat(ended.total()).isEqualTo(LINES);
        assertThat(ended.failed())
                .as("lines that never ran do not count as failed")
                .isZero();
        assertThat(output.count()).isEqualTo(ended.completed()).isBetween(1, LINES / 10);
        assertThat(Stream.concat(output.customIds().stream(), errors.customIds().stream())
                        .sorted()
                        .toList())
                .isEqualTo(IntStream.rangeClosed(1, LINES)
                        .mapToObj(line -> "r-" + line)
                        .sorted()
                        .toList());
        assertThat(Stream.concat(output.ids().stream(), errors.ids().stream()).distinct())
                .hasSize(LINES);
        assertThat(output.all())
                .allMatch(line ->
                        line.statusCode() == 200 && line.json().path("error").isNull());
        List<ResultLines.Line> others = errors.all().stream()
                .filter(line -> !line.errorCode().equals(why)
                        || !line.json().path("error").path("message").asText().equals(message)
                        || !line.json().path("response").isNull())
                .toList();
        assertThat(others).isEmpty();
        assertThat(Stream.concat(output.all().stream(), errors.all().stream()))
                .noneMatch(line -> line.errorCode().equals(notWhy));
        // open calls completed and count; nothing was sent twice or after the end
        assertThat(gateway.received(ended)).hasSize(ended.completed());
    }
}
