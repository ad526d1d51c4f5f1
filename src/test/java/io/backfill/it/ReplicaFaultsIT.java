package io.backfill.it;

import static org.assertj.core.api.Assertions.assertThat;

import io.backfill.it.server.GatewayProcess;
import io.backfill.it.support.Api;
import io.backfill.it.support.BatchView;
import io.backfill.it.support.Batches;
import io.backfill.it.support.Folders;
import io.backfill.it.support.InputLines;
import io.backfill.it.support.Ledgers;
import io.backfill.it.support.ModelsYaml;
import io.backfill.simulator.Simulator;
import io.backfill.simulator.SimulatorOptions;
import io.backfill.simulator.engine.Latency;
import io.backfill.simulator.faults.FaultRule;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Four replicas of a model, one of which differs from the others. */
class ReplicaFaultsIT {
    private static final int LINES = 2000;
    private static final List<Simulator> REPLICAS = new ArrayList<>();

    private static Path folder;
    private static GatewayProcess gateway;
    private static Api api;

    @BeforeAll
    static void start() throws IOException {
        folder = Files.createTempDirectory("backfill-it-replicas");
        for (int i = 0; i < 4; i++) {
            REPLICAS.add(
                    Simulator.start(SimulatorOptions.defaults().withAnyModel().withLatency(Latency.parse("10ms"))));
        }
        String addresses = REPLICAS.stream().map(Simulator::baseUrl).collect(Collectors.joining("\", \""));
        new ModelsYaml()
                .model("four-401", addresses)
                .model("four-403", addresses)
                .model("four-404", addresses)
                .model("other", REPLICAS.get(1).baseUrl())
                .write(folder);
        gateway = GatewayProcess.in(folder).start();
        api = Api.of(gateway.baseUrl());
    }

    @AfterAll
    static void stop() throws IOException {
        api.close();
        gateway.close();
        for (Simulator replica : REPLICAS) {
            replica.close();
        }
        Folders.delete(folder);
    }

    /** A replica without the adapter, or with another key. It answers at once, and would therefore attract most lines. */
    @ParameterizedTest
    @ValueSource(ints = {401, 403, 404})
    void replicaThatDoesNotServeTheModelShouldCostNoLine(int status) {
        Batches batches = new Batches(api);
        Simulator bad = REPLICAS.getFirst();
        bad.faults(FaultRule.answering(status));
        BatchView sent = batches.submit(InputLines.chat("four-" + status, LINES));
        BatchView beside = batches.submit(InputLines.chat("other", 200));

        BatchView ended = batches.awaitEnd(sent.id(), "completed");
        assertThat(ended.failed()).isZero();
        assertThat(ended.completed()).isEqualTo(LINES);
        assertThat(batches.awaitEnd(beside.id(), "completed").completed()).isEqualTo(200);
        // a lane's part of the first limit, plus occasional probes
        assertThat(Ledgers.of(bad, sent.id())).hasSizeBetween(1, 40);
        for (Simulator good : REPLICAS.subList(1, 4)) {
            assertThat(Ledgers.of(good, sent.id())).hasSizeGreaterThan(LINES / 10);
        }
    }
}
