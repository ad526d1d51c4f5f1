package io.backfill.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.backfill.it.server.GatewayProcess;
import io.backfill.it.support.Api;
import io.backfill.it.support.BatchView;
import io.backfill.it.support.Batches;
import io.backfill.it.support.HealthPages;
import io.backfill.it.support.InputLines;
import io.backfill.it.support.Ledgers;
import io.backfill.it.support.ModelsYaml;
import io.backfill.simulator.Simulator;
import io.backfill.simulator.SimulatorOptions;
import io.backfill.simulator.engine.Latency;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.api.io.TempDir;

/**
 * The product on an unmodified Open Liberty with its defaults, an H2 file and a directory. Starts are slow, so that the tests share one
 * server, and the first one needs it before it was stopped.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
class LibertyIT {
    private static final int CAP = 32;
    private static final int SIGTERM = 128 + 15;

    private Simulator model;
    private GatewayProcess gateway;
    private Api api;
    private Batches batches;

    @BeforeAll
    void start(@TempDir Path folder) throws IOException {
        model = Simulator.start(SimulatorOptions.defaults().withAnyModel());
        new ModelsYaml()
                .model("steady", model.baseUrl(), "max-in-flight: " + CAP)
                .write(folder);
        gateway = GatewayProcess.onLiberty(folder.resolve("node"))
                .with("BACKFILL_MODELS_FILE", folder.resolve("models.yaml").toString())
                .start();
        api = Api.of(gateway.baseUrl());
        batches = new Batches(api);
    }

    @AfterAll
    void stop() throws IOException {
        api.close();
        gateway.close();
        model.close();
    }

    @Test
    @Order(1)
    void aBatchShouldCompleteAndHealthAndMetricsBeServedOnThePortOfTheApi() {
        BatchView ended =
                batches.awaitEnd(batches.submit(InputLines.chat("steady", 1000)).id(), "completed");

        assertThat(batches.output(ended).customIds()).containsExactlyInAnyOrderElementsOf(ids(1000));
        HealthPages.assertUpAtOnce(gateway.baseUrl());
        assertThat(api.get("/metrics").expect(200).text())
                .contains("backfill_batches{")
                .contains("backfill_requests_succeeded_total{");
        assertThat(api.get("/v1/nothing")
                        .expect(404)
                        .json()
                        .at("/error/message")
                        .asText())
                .contains("Invalid URL");
    }

    @Test
    @Order(2)
    void aStopShouldLetOpenCallsFinishAndSendNoLineTwice() {
        model.latency(Latency.fixed(Duration.ofSeconds(2)));
        BatchView batch = batches.submit(InputLines.chat("steady", 200));
        await().atMost(Duration.ofSeconds(30)).until(() -> model.stats().open() == CAP);
        assertThat(gateway.terminate()).isEqualTo(SIGTERM);
        int sent = Ledgers.of(model, batch.id()).size();
        assertThat(sent).isBetween(CAP, 199);
        assertThat(model.stats().open()).isZero();
        model.latency(Latency.fixed(Duration.ofMillis(5)));
        gateway.restart();

        requireEachLineOnce(batches.awaitEnd(batch.id(), "completed"), 200);
        assertThat(received(batch)).hasSize(200).doesNotHaveDuplicates();
    }

    @Test
    @Order(3)
    void aKilledServerShouldContinueWhereItsLogEnds() {
        model.latency(Latency.fixed(Duration.ofMillis(40)));
        BatchView batch = batches.submit(InputLines.chat("steady", 1000));
        await().atMost(Duration.ofSeconds(30))
                .pollInterval(Duration.ofMillis(10))
                .until(() -> received(batch).size() > 300);
        gateway.kill9();
        gateway.restart();

        requireEachLineOnce(batches.awaitEnd(batch.id(), "completed"), 1000);
        assertThat(received(batch)).hasSizeLessThanOrEqualTo(1000 + CAP);
    }

    private void requireEachLineOnce(BatchView ended, int lines) {
        assertThat(ended.errorFile()).isEmpty();
        assertThat(batches.output(ended).customIds()).containsExactlyInAnyOrderElementsOf(ids(lines));
    }

    private List<String> received(BatchView batch) {
        return Ledgers.of(model, batch.id()).stream()
                .map(entry -> entry.requestId().orElseThrow())
                .toList();
    }

    private static List<String> ids(int lines) {
        return IntStream.rangeClosed(1, lines).mapToObj(i -> "r-" + i).toList();
    }
}
