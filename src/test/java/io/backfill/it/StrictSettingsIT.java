package io.backfill.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import io.backfill.it.server.GatewayProcess;
import io.backfill.it.server.ServerCli;
import io.backfill.it.support.Api;
import io.backfill.it.support.BatchView;
import io.backfill.it.support.BatchView.Refusal;
import io.backfill.it.support.Batches;
import io.backfill.it.support.InputLines;
import io.backfill.it.support.ModelsYaml;
import io.backfill.it.support.TlsModel;
import io.backfill.simulator.Simulator;
import io.backfill.simulator.SimulatorOptions;
import io.backfill.simulator.engine.Latency;
import java.io.IOException;
import java.net.http.HttpRequest.BodyPublishers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

/** A gateway with OpenAI's stricter rules and small limits, whose models file is edited while it runs. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class StrictSettingsIT {
    private static final long QUOTA = 2_000_000;
    private static final String START_JOB =
            "/deployment=backfill.ear/subdeployment=batch-jobs.jar/subsystem=batch-jberet:start-job";

    private static final String EXECUTIONS =
            "/deployment=backfill.ear/subdeployment=batch-jobs.jar/subsystem=batch-jberet/job=inference:read-resource("
                    + "include-runtime=true,recursive=true)";

    private Simulator model;
    private GatewayProcess gateway;
    private Api api;
    private Batches batches;
    private Path data;

    @BeforeAll
    void start(@TempDir Path folder) throws IOException {
        data = folder;
        model = Simulator.start(SimulatorOptions.defaults().withAnyModel());
        models().write(folder);
        gateway = GatewayProcess.in(folder)
                .with("BACKFILL_BATCHES_ALLOW_MIXED_MODELS", "false")
                .with("BACKFILL_BATCHES_STRICT_WINDOW", "true")
                .with("BACKFILL_BATCHES_EARLY_FILE_CHECK", "true")
                .with("BACKFILL_BATCHES_MAX_LINES", "100")
                .with("BACKFILL_BATCHES_MAX_LINE_BYTES", "2000")
                .with("BACKFILL_BATCHES_MAX_INPUT_BYTES", "50000")
                .with("BACKFILL_FILES_STRICT_FILENAME", "true")
                .with("BACKFILL_FILES_TENANT_QUOTA_BYTES", Long.toString(QUOTA))
                .with("BACKFILL_KUBERNETES_POD_LOOK", "20s")
                .start();
        api = Api.of(gateway.baseUrl());
        batches = new Batches(api);
    }

    private ModelsYaml models() {
        return new ModelsYaml().model("steady", model.baseUrl()).model("second", model.baseUrl());
    }

    @AfterAll
    void stop() throws IOException {
        api.close();
        gateway.close();
        model.close();
    }

    private void assertRefused(InputLines lines, String code, int line, String param) {
        BatchView batch = batches.awaitEnd(batches.submit(lines).id(), "failed");
        assertThat(batch.refusals())
                .extracting(Refusal::code, Refusal::line, Refusal::param)
                .containsExactly(tuple(code, line, param));
    }

    @Test
    void aSecondModelShouldBeRefused() {
        assertRefused(InputLines.chat("steady", 2).andChat("second", "other", 1), "mismatched_model", 3, "body.model");
    }

    @Test
    void smallerLimitsShouldHold() {
        assertRefused(InputLines.chat("steady", 101), "too_many_tasks", 0, "");
        assertRefused(InputLines.of(InputLines.chatLine("long", "steady", "x".repeat(2000))), "line_too_long", 1, "");
        InputLines large = new InputLines();
        for (int i = 0; i < 40; i++) {
            large.and(InputLines.chatLine("r-" + i, "steady", "x".repeat(1500)));
        }
        assertRefused(large, "file_too_large", 0, "");
        assertThat(batches.awaitEnd(
                                batches.submit(InputLines.chat("steady", 100)).id(), "completed")
                        .completed())
                .isEqualTo(100);
    }

    @Test
    void onlyTheOneWindowShouldBeTaken() {
        String file = api.upload(InputLines.chat("steady", 1));
        JsonNode error = api.postJson("/v1/batches", Batches.createBody(file, InputLines.CHAT, "12h"))
                .expect(400)
                .error();
        assertThat(error.path("param").asText()).isEqualTo("completion_window");
        assertThat(error.path("code").asText()).isEqualTo("invalid_value");
        batches.create(file);
    }

    @Test
    void inputThatIsNotThereShouldBeRefusedAtOnce() {
        JsonNode error = api.postJson(
                        "/v1/batches", Batches.createBody("file-" + "0".repeat(32), InputLines.CHAT, "24h"))
                .expect(400)
                .error();
        assertThat(error.path("param").asText()).isEqualTo("file_id");
        assertThat(error.path("message").asText()).startsWith("Cannot find file file-000");
    }

    @Test
    void filesBeyondTheQuotaShouldBeRefused() {
        String first = api.upload("user_data", BodyPublishers.ofByteArray(new byte[(int) QUOTA / 2]))
                .expect(200)
                .json()
                .path("id")
                .asText();
        JsonNode error = api.upload("user_data", BodyPublishers.ofByteArray(new byte[(int) QUOTA]))
                .expect(400)
                .error();
        assertThat(error.path("code").asText()).isEqualTo("storage_quota_exceeded");
        assertThat(error.path("message").asText()).contains(Long.toString(QUOTA));
        api.delete("/v1/files/" + first).expect(200);
    }

    @Test
    void editOfTheModelsShouldCountWithoutARestartAndABadOneShouldChangeNothing() throws IOException {
        models().model("newcomer", model.baseUrl()).write(data);
        await().atMost(Duration.ofSeconds(15))
                .until(() -> api.get("/v1/models/newcomer").status() == 200);
        BatchView batch =
                batches.awaitEnd(batches.submit(InputLines.chat("newcomer", 3)).id(), "completed");
        assertThat(batch.completed()).isEqualTo(3);

        int linesBefore = gateway.logs().length();
        Files.writeString(data.resolve("models.yaml"), "models: { newcomer: { endpoint: typo } }\n");
        await().atMost(Duration.ofSeconds(15))
                .until(() -> gateway.logs().substring(linesBefore).contains("models.yaml"));
        api.get("/v1/models/newcomer").expect(200);
        api.get("/v1/models/steady").expect(200);
    }

    @Test
    void aModelBehindTlsShouldBeCalledWithAnEncryptedKey(@TempDir Path folder) throws Exception {
        try (TlsModel secure = new TlsModel(folder)) {
            models().model("secure", secure.baseUrl(), secure.settings()).write(data);
            await().atMost(Duration.ofSeconds(15))
                    .until(() -> api.get("/v1/models/secure").status() == 200);
            BatchView batch = batches.awaitEnd(
                    batches.submit(InputLines.chat("secure", 5)).id(), "completed");
            assertThat(batch.completed()).isEqualTo(5);
        } finally {
            models().write(data);
        }
    }

    /** An operator's execution neither takes a batch over nor lets anything be sent twice. */
    @Test
    void executionsThatAnOperatorStartsShouldDoNothing() throws Exception {
        try (Simulator slow = Simulator.start(SimulatorOptions.defaults().withAnyModel())) {
            slow.latency(Latency.fixed(Duration.ofMillis(300)));
            models().model("slow", slow.baseUrl(), "max-in-flight: 2").write(data);
            await().atMost(Duration.ofSeconds(15))
                    .until(() -> api.get("/v1/models/slow").status() == 200);
            BatchView batch = batches.submit(InputLines.chat("slow", 80));
            batches.await(batch.id(), "under way", view -> view.completed() > 0);
            int linesBefore = gateway.logs().length();

            ServerCli.run(
                    gateway,
                    START_JOB + "(job-xml-name=inference)",
                    START_JOB + "(job-xml-name=inference,properties={batch=nonsense,other=1})",
                    START_JOB + "(job-xml-name=inference,properties={batch=" + batch.id() + ",epoch=1})");

            await().atMost(Duration.ofSeconds(10))
                    .untilAsserted(() -> assertThat(
                                    gateway.logs().substring(linesBefore).lines())
                            .filteredOn(line -> line.contains("BF010001"))
                            .hasSize(3));
            // the runtime updates the exit status with each checkpoint, once a second
            assertThat(progressIn(ServerCli.run(gateway, EXECUTIONS), batch)).isBetween(1, 79);
            assertThat(batches.awaitEnd(batch.id(), "completed").completed()).isEqualTo(80);
            assertThat(slow.ledger()).hasSize(80);
            assertThat(ServerCli.run(gateway, EXECUTIONS)).contains(batch.id() + " COMPLETED 80/80 ok, 0 errors");
            assertThat(gateway.logs().substring(linesBefore)).doesNotContain(" ERROR ", "\tat ");
        } finally {
            models().write(data);
        }
    }

    private static int progressIn(String executions, BatchView batch) {
        Matcher progress = Pattern.compile(batch.id() + " RUNNING (\\d+)/80 done, 0 errors")
                .matcher(executions);
        assertThat(progress.find()).as(executions).isTrue();
        return Integer.parseInt(progress.group(1));
    }

    @Test
    void formerNameOfASettingShouldBeReadAndReported() {
        assertThat(gateway.logs().lines())
                .anyMatch(line -> line.contains("BF000126") && line.contains("backfill.kubernetes.pod-check-interval"))
                .anyMatch(line -> line.contains("BF000101")
                        && line.contains("backfill.kubernetes.pod-check-interval")
                        && line.contains("20s"));
    }

    @Test
    void deprecatedKeyOfTheModelsFileShouldBeReadAndReported() throws IOException {
        int linesBefore = gateway.logs().length();
        Files.writeString(
                data.resolve("models.yaml"),
                "models: { steady: { replicas: [ \"" + model.baseUrl() + "\" ] }, second: { endpoints: [ \""
                        + model.baseUrl() + "\" ] } }\n");
        await().atMost(Duration.ofSeconds(15))
                .until(() -> gateway.logs().substring(linesBefore).contains("in these models: second"));
        assertThat(gateway.logs().substring(linesBefore)).contains("BF000125");
        api.get("/v1/models/second").expect(200);
        models().write(data);
    }
}
