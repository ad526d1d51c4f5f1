package io.backfill.it;

import static org.assertj.core.api.Assertions.assertThat;

import io.backfill.it.server.GatewayProcess;
import io.backfill.it.support.Api;
import io.backfill.it.support.Folders;
import io.backfill.it.support.ModelsYaml;
import io.backfill.it.support.PythonVenv;
import io.backfill.simulator.Simulator;
import io.backfill.simulator.SimulatorOptions;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.util.HexFormat;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Sends what Schemathesis makes of the gateway's own OpenAPI document: valid and invalid requests, and sequences of them. No answer may
 * differ from the document, and none may be a 5xx. The time is {@code -Dbackfill.fuzz.seconds}, ten minutes unless it is set.
 */
@Tag("slow")
class OpenApiFuzzIT {
    private static final String KEY = "sk-fuzz";
    private static final Duration TIME = Duration.ofSeconds(Long.getLong("backfill.fuzz.seconds", 600));
    /** Of the last request and of the report. */
    private static final Duration MARGIN = Duration.ofMinutes(3);

    /** Made for each test, because a class that is skipped as a whole appears in no report. */
    private final PythonVenv python =
            PythonVenv.with(Path.of("target/openapi-venv"), "schemathesis==4.32.5", "openapi-spec-validator==0.9.0");

    @TempDir
    private Path folder;

    private Simulator model;
    private GatewayProcess gateway;

    @BeforeEach
    void start() throws IOException {
        model = Simulator.start(SimulatorOptions.defaults().withAnyModel());
        new ModelsYaml().model("tiny-sim", model.baseUrl()).write(folder);
        Path keys = Files.writeString(folder.resolve("api-keys"), "fuzz:" + sha256(KEY) + " role: operator\n");
        gateway = GatewayProcess.in(folder)
                .with("BACKFILL_AUTH_MODE", "api-keys")
                .with("BACKFILL_AUTH_API_KEYS_FILE", keys.toString())
                .with("BACKFILL_BATCHES_CREATES_PER_HOUR", "1000000")
                .start();
    }

    @AfterEach
    void stop() throws IOException {
        gateway.close();
        model.close();
        Folders.delete(folder);
    }

    private static String sha256(String text) {
        try {
            return HexFormat.of()
                    .formatHex(MessageDigest.getInstance("SHA-256")
                            .digest(text.getBytes(java.nio.charset.StandardCharsets.UTF_8)));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }

    @Test
    void documentShouldBeValidForTheValidatorOfOpenApi() throws IOException {
        try (Api api = Api.of(gateway.baseUrl())) {
            for (String form : new String[] {"yaml", "json"}) {
                Path file = Files.write(
                        folder.resolve("openapi." + form),
                        api.get("/openapi?format=" + form).expect(200).body());
                PythonVenv.Result result = python.run("openapi-spec-validator", Duration.ofMinutes(1), file.toString());
                assertThat(result.status()).as(result.output()).isZero();
            }
        }
    }

    @Test
    void answersShouldBeAsDocumentedWhateverIsSent() {
        PythonVenv.Result result = python.run(
                "schemathesis",
                TIME.plus(MARGIN),
                "run",
                gateway.baseUrl() + "/openapi",
                "--header=Authorization: Bearer " + KEY,
                "--max-time=" + TIME.toSeconds(),
                // whether a valid request succeeds also depends on what is stored, which the document cannot express
                "--exclude-checks=positive_data_acceptance",
                "--request-timeout=30",
                "--continue-on-failure");
        System.out.println(result.output());
        assertThat(result.status()).as(result.output()).isZero();
        assertThat(gateway.isReady()).isTrue();
        assertThat(gateway.logs()).doesNotContain(" ERROR ");
    }
}
