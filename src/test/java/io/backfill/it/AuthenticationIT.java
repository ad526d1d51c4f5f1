package io.backfill.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import io.backfill.it.server.GatewayProcess;
import io.backfill.it.server.ServerCli;
import io.backfill.it.support.Answer;
import io.backfill.it.support.Api;
import io.backfill.it.support.BatchView;
import io.backfill.it.support.Batches;
import io.backfill.it.support.Folders;
import io.backfill.it.support.InputLines;
import io.backfill.it.support.ModelsYaml;
import io.backfill.simulator.Simulator;
import io.backfill.simulator.SimulatorOptions;
import java.io.IOException;
import java.net.InetAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

/** Authentication by API keys and by a trusted proxy. Tenants must not be able to learn of each other. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class AuthenticationIT {
    private static final String RED_KEY = "sk-red-0123456789abcdef";
    private static final String BLUE_KEY = "sk-blue-0123456789abcdef";
    private static final String LATE_KEY = "sk-late-0123456789abcdef";
    private static final String OPERATOR_KEY = "sk-ops-0123456789abcdef";

    private Simulator model;
    private Path keyFile;
    private GatewayProcess byKey;
    private GatewayProcess byProxy;

    @BeforeAll
    void start(@TempDir Path folder) throws Exception {
        model = Simulator.start(SimulatorOptions.defaults().withAnyModel());
        keyFile = Files.write(
                folder.resolve("keys"),
                List.of(
                        "# two tenants",
                        "red:" + sha256(RED_KEY),
                        "blue:" + sha256(BLUE_KEY),
                        "ops:" + sha256(OPERATOR_KEY) + " role: operator"));
        Path keyData = folder.resolve("by-key");
        Path proxyData = folder.resolve("by-proxy");
        new ModelsYaml().model("steady", model.baseUrl()).write(keyData);
        new ModelsYaml().model("steady", model.baseUrl()).write(proxyData);
        byKey = GatewayProcess.in(keyData)
                .with("BACKFILL_AUTH_MODE", "api-keys")
                .with("BACKFILL_AUTH_API_KEYS_FILE", keyFile.toString())
                .start();
        byProxy = GatewayProcess.in(proxyData)
                .with("BACKFILL_AUTH_MODE", "header")
                .with("BACKFILL_AUTH_HEADER", "X-Tenant")
                .with("BACKFILL_AUTH_TRUSTED_PROXIES", "127.0.0.1/32,10.0.0.0/8")
                .start();
    }

    @AfterAll
    void stop() throws IOException {
        byKey.close();
        byProxy.close();
        model.close();
    }

    private static String sha256(String text) throws Exception {
        return HexFormat.of()
                .formatHex(MessageDigest.getInstance("SHA-256").digest(text.getBytes(StandardCharsets.UTF_8)));
    }

    private Api withKey(String key) {
        return Api.of(byKey.baseUrl()).with("Authorization", "Bearer " + key);
    }

    private static JsonNode refused(Answer answer) {
        JsonNode error = answer.expect(401).error();
        assertThat(error.path("type").asText()).isEqualTo("invalid_request_error");
        assertThat(error.path("param").isNull()).isTrue();
        return error;
    }

    @Test
    void missingKeyShouldBeRefusedInOpenAisWords() {
        try (Api nobody = Api.of(byKey.baseUrl())) {
            for (Answer answer : List.of(
                    nobody.get("/v1/files"),
                    nobody.get("/v1/models"),
                    nobody.postJson("/v1/batches", "{}"),
                    nobody.with("Authorization", "Basic dXNlcjpwYXNz").get("/v1/batches"),
                    nobody.with("Authorization", "Bearer ").get("/v1/batches"))) {
                JsonNode error = refused(answer);
                assertThat(error.path("message").asText())
                        .isEqualTo(
                                "You didn't provide an API key. You need to provide your API key in an Authorization header"
                                        + " using Bearer auth (i.e. Authorization: Bearer YOUR_KEY).");
                assertThat(error.path("code").isNull()).isTrue();
            }
        }
    }

    @Test
    void wrongKeyShouldBeRefusedWithoutBeingRepeated() throws IOException {
        String wrong = "sk-wrong-SECRETMIDDLE-xyz";
        try (Api api = withKey(wrong)) {
            JsonNode error = refused(api.get("/v1/files"));
            assertThat(error.path("code").asText()).isEqualTo("invalid_api_key");
            assertThat(error.path("message").asText())
                    .startsWith("Incorrect API key provided: ")
                    .doesNotContain("SECRETMIDDLE");
        }
        for (Path file : Folders.files(byKey.dataDir().resolve("log"))) {
            assertThat(Files.readString(file, StandardCharsets.ISO_8859_1))
                    .as(file.toString())
                    .doesNotContain("SECRETMIDDLE", RED_KEY, BLUE_KEY);
        }
    }

    @Test
    void tenantsShouldNotLearnOfEachOther() {
        try (Api red = withKey(RED_KEY);
                Api blue = withKey(BLUE_KEY)) {
            assertIsolated(red, blue);
        }
    }

    @Test
    void theServersAccessLogShouldNameTheTenant() throws Exception {
        ServerCli.run(
                byKey,
                "/subsystem=undertow/server=default-server/host=default-host/setting=access-log:add(pattern=\"%u %s %m"
                        + " %U %{o,Set-Cookie}\", directory=\""
                        + byKey.dataDir().resolve("log") + "\")");
        try (Api red = withKey(RED_KEY);
                Api operator = withKey(OPERATOR_KEY);
                Api nobody = Api.of(byKey.baseUrl())) {
            red.get("/v1/files").expect(200);
            red.post("/v1/admin/batches/unknown/resume").expect(403);
            operator.post("/v1/admin/batches/unknown/resume").expect(404);
            nobody.get("/v1/models").expect(401);
            nobody.get("/").expect(200);
        }
        assertThat(byKey.logs()).doesNotContain("\tat ");
        Path log = byKey.dataDir().resolve("log/access_log.log");
        await().atMost(Duration.ofSeconds(15))
                .untilAsserted(() -> assertThat(Files.readAllLines(log))
                        .contains(
                                "red 200 GET /v1/files -",
                                "red 403 POST /v1/admin/batches/unknown/resume -",
                                "ops 404 POST /v1/admin/batches/unknown/resume -",
                                "- 401 GET /v1/models -",
                                "- 200 GET / -"));
    }

    @Test
    void keysAddedAndTakenAwayShouldCountWithoutARestart() throws Exception {
        List<String> before = Files.readAllLines(keyFile);
        try (Api late = withKey(LATE_KEY)) {
            late.get("/v1/files").expect(401);
            List<String> after = new ArrayList<>(before);
            after.add("blue:" + sha256(LATE_KEY));
            Files.write(keyFile, after);
            await().atMost(Duration.ofSeconds(15))
                    .until(() -> late.get("/v1/files").status() == 200);
            Files.write(keyFile, before);
            await().atMost(Duration.ofSeconds(15))
                    .until(() -> late.get("/v1/files").status() == 401);
        }
    }

    @Test
    void tenantNamedByTheTrustedProxyShouldBeBelieved() {
        try (Api proxy = Api.of(byProxy.baseUrl())) {
            assertIsolated(proxy.with("X-Tenant", "red"), proxy.with("X-Tenant", "blue"));
        }
    }

    @Test
    void proxyThatNamesNobodyShouldBeRefused() {
        try (Api proxy = Api.of(byProxy.baseUrl())) {
            refused(proxy.get("/v1/files"));
            refused(proxy.with("X-Tenant", "").get("/v1/files"));
            refused(proxy.with("X-Tenant", "red, blue").get("/v1/files"));
            refused(proxy.with("X-Tenant", "red").with("x-tenant", "blue").get("/v1/files"));
            refused(proxy.with("X-Tenant", "red tenant").get("/v1/files"));
        }
    }

    @Test
    void tenantNamedFromElsewhereShouldNotBeBelieved() throws IOException {
        InetAddress elsewhere = InetAddress.getByName("127.0.0.2");
        try (Api stranger = Api.from(elsewhere, byProxy.baseUrl())) {
            refused(stranger.with("X-Tenant", "red").get("/v1/files"));
            refused(stranger.with("X-Tenant", "red")
                    .with("X-Forwarded-For", "127.0.0.1")
                    .get("/v1/files"));
        }
    }

    private static void assertIsolated(Api red, Api blue) {
        String file = red.upload(InputLines.chat("steady", 3));
        Batches reds = new Batches(red);
        BatchView batch = reds.awaitEnd(reds.create(file).id(), "completed");
        String output = batch.outputFile().orElseThrow();

        for (String path : List.of(
                "/v1/files/" + file,
                "/v1/files/" + file + "/content",
                "/v1/files/" + output,
                "/v1/files/" + output + "/content",
                "/v1/batches/" + batch.id())) {
            red.get(path).expect(200);
            blue.get(path).expect(404).error();
        }
        blue.delete("/v1/files/" + file).expect(404).error();
        blue.delete("/v1/files/" + output).expect(404).error();
        blue.post("/v1/batches/" + batch.id() + "/cancel").expect(404).error();
        assertThat(ids(blue.get("/v1/files"))).doesNotContain(file, output);
        assertThat(ids(blue.get("/v1/batches"))).doesNotContain(batch.id());
        assertThat(ids(red.get("/v1/files"))).contains(file, output);
        assertThat(ids(red.get("/v1/batches"))).contains(batch.id());
        // a cursor of another tenant reveals nothing of that tenant either
        assertThat(ids(blue.get("/v1/files?after=" + file))).doesNotContain(file, output);

        Batches blues = new Batches(blue);
        BatchView stolen = blues.awaitEnd(blues.create(file).id(), "failed");
        assertThat(stolen.refusals().getFirst().message()).startsWith("Cannot find file " + file);
        red.get("/v1/files/" + file + "/content").expect(200);
    }

    private static List<String> ids(Answer list) {
        return StreamSupport.stream(list.expect(200).json().path("data").spliterator(), false)
                .map(item -> item.path("id").asText())
                .toList();
    }
}
