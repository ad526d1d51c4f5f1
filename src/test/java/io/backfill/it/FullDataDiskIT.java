package io.backfill.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import io.backfill.benchmarks.gateway.SmallDisk;
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
import java.io.IOException;
import java.net.http.HttpRequest.BodyPublishers;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

/**
 * Uploads and results fill the disk that also holds the databases. The store stops writing before the disk is full, so that the
 * databases keep working, and work continues when there is space again.
 */
@Tag("slow")
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class FullDataDiskIT {
    private static final int LINES = 1500;

    private SmallDisk disk;
    private Simulator model;
    private GatewayProcess gateway;
    private Api api;
    private Batches batches;

    @BeforeAll
    void start(@TempDir Path folder) throws IOException {
        assumeThat(SmallDisk.available())
                .as("skipped: only root on Linux can mount a small disk")
                .isTrue();
        disk = SmallDisk.mount(folder.resolve("disk"), 48);
        model = Simulator.start(SimulatorOptions.defaults().withAnyModel());
        new ModelsYaml().model("steady", model.baseUrl()).write(disk.root());
        gateway = GatewayProcess.in(disk.root())
                .with("BACKFILL_FILES_MIN_FREE_BYTES", Integer.toString(8 * 1024 * 1024))
                .start();
        api = Api.of(gateway.baseUrl());
        batches = new Batches(api);
    }

    @AfterAll
    void stop() throws IOException {
        if (disk != null) {
            api.close();
            gateway.close();
            model.close();
            disk.close();
        }
    }

    @AfterEach
    void free() throws IOException {
        disk.free();
    }

    @Test
    void uploadToAFullDiskShouldBeRefusedAndLeaveNothing() throws IOException {
        byte[] lines = InputLines.chat("steady", 30_000).bytes();
        String files = api.get("/v1/files").text();
        int stored = Folders.files(disk.root().resolve("store")).size();
        disk.fill(9);
        JsonNode error = api.upload("batch", BodyPublishers.ofByteArray(lines))
                .expect(503)
                .error();

        assertThat(error.path("type").asText()).isEqualTo("server_error");
        assertThat(error.path("message").asText()).isNotEmpty();
        assertThat(api.get("/v1/files").text()).isEqualTo(files);
        assertThat(Folders.files(disk.root().resolve("store"))).hasSize(stored);

        disk.free();
        api.upload("batch", BodyPublishers.ofByteArray(lines)).expect(200);
    }

    @Test
    void batchOnAFullDiskShouldWaitAndGoOnWhenThereIsSpace() throws IOException {
        model.latency(Latency.fixed(Duration.ofMillis(100)));
        BatchView batch = batches.submit(InputLines.chat("steady", LINES));
        batches.await(batch.id(), "is under way", now -> now.completed() >= 50);
        disk.fill(7);
        await().atMost(Duration.ofSeconds(20)).until(() -> model.stats().open() == 0);
        await().during(Duration.ofSeconds(3))
                .atMost(Duration.ofSeconds(10))
                .until(() -> model.stats().open() == 0);
        int sent = Ledgers.of(model, batch.id()).size();
        assertThat(sent).isLessThan(LINES);

        disk.free();
        await().atMost(Duration.ofSeconds(30))
                .until(() -> api.get("/v1/batches/" + batch.id()).status() == 200);
        BatchView ended = batches.awaitEnd(batch.id(), "completed", Duration.ofSeconds(90));

        assertThat(ended.completed()).isEqualTo(LINES);
        assertThat(ended.errorFile()).isEmpty();
        assertThat(batches.output(ended).customIds()).hasSize(LINES).doesNotHaveDuplicates();
        assertThat(Ledgers.of(model, batch.id()))
                .as("nothing is paid for twice")
                .hasSize(LINES);
    }
}
