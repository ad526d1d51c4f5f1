package io.backfill.wiring;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.backfill.batches.BatchConfig;
import io.backfill.dispatch.DispatchConfig;
import io.backfill.dispatch.http.HttpConfig;
import io.backfill.files.FileConfig;
import io.backfill.files.TenantLimits;
import io.backfill.files.s3.S3Config;
import io.backfill.lifecycle.JobsConfig;
import io.backfill.lifecycle.RetentionConfig;
import io.backfill.plan.PlanConfig;
import io.backfill.plan.PlanOrder;
import io.backfill.requests.MessageLimits;
import io.backfill.tenants.TenantId;
import io.backfill.traces.otlp.TracingConfig;
import io.backfill.wiring.settings.ByteSize;
import io.backfill.wiring.settings.NameList;
import io.backfill.wiring.settings.TimeSpan;
import io.smallrye.config.EnvConfigSource;
import io.smallrye.config.PropertiesConfigSource;
import io.smallrye.config.SmallRyeConfig;
import io.smallrye.config.SmallRyeConfigBuilder;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class SettingsTest {
    private static final Pattern ROW =
            Pattern.compile("^\\| `(backfill\\.[a-z0-9.-]+)` \\| `([A-Z0-9_]+)` \\| (.*?) \\|.*");

    @Test
    void defaultsShouldBeThoseOfTheRecords() {
        Configs configs = Configs.of(Settings.of(Map.of()));

        assertThat(configs.files()).isEqualTo(FileConfig.DEFAULT);
        assertThat(configs.batches().endpoints()).containsExactlyInAnyOrderElementsOf(BatchConfig.DEFAULT.endpoints());
        assertThat(configs.batches().windowMax()).isEqualTo(BatchConfig.DEFAULT.windowMax());
        assertThat(configs.plan()).isEqualTo(PlanConfig.DEFAULT);
        assertThat(configs.dispatch()).isEqualTo(DispatchConfig.DEFAULT);
        assertThat(configs.http()).isEqualTo(HttpConfig.DEFAULT);
        assertThat(configs.jobs()).isEqualTo(JobsConfig.DEFAULT);
        assertThat(configs.retention()).isEqualTo(RetentionConfig.DEFAULT);
        assertThat(Settings.of(Map.of()).integer(Setting.S3_ATTEMPTS)).isEqualTo(S3Config.DEFAULT_ATTEMPTS);
    }

    @Test
    void everyChangeOfASettingShouldReachItsRecord() {
        Configs configs = Configs.of(Settings.of(Map.ofEntries(
                Map.entry(Setting.FILES_MAX_UPLOAD_BYTES, "1001"),
                Map.entry(Setting.FILES_MAX_BATCH_FILE_BYTES, "1000"),
                Map.entry(Setting.FILES_STRICT_FILENAME, "true"),
                Map.entry(Setting.FILES_BATCH_EXPIRY, "2h"),
                Map.entry(Setting.FILES_TENANT_QUOTA_BYTES, "1002"),
                Map.entry(Setting.FILES_MAX_FILES_PER_TENANT, "6"),
                Map.entry(Setting.FILES_MAX_OPEN_UPLOADS, "7"),
                Map.entry(Setting.FILES_MAX_PARTS, "8"),
                Map.entry(Setting.FILES_MAX_UPLOAD_TOTAL_BYTES, "1003"),
                Map.entry(Setting.FILES_MAX_PART_BYTES, "1001"),
                Map.entry(Setting.FILES_DRAIN_TIME, "3s"),
                Map.entry(Setting.FILES_DRAIN_BYTES, "1004"),
                Map.entry(Setting.FILES_MAX_LIST_LIMIT, "5"),
                Map.entry(Setting.BATCHES_ENDPOINTS, "/v1/rerank, /v1/score"),
                Map.entry(Setting.BATCHES_WINDOW_MIN, "2s"),
                Map.entry(Setting.BATCHES_WINDOW_MAX, "3d"),
                Map.entry(Setting.BATCHES_STRICT_WINDOW, "true"),
                Map.entry(Setting.BATCHES_EARLY_FILE_CHECK, "true"),
                Map.entry(Setting.BATCHES_CREATES_PER_HOUR, "7"),
                Map.entry(Setting.HEADERS_PASS_THROUGH, "Authorization"),
                Map.entry(Setting.BATCHES_MAX_LINES, "8"),
                Map.entry(Setting.BATCHES_MAX_INPUT_BYTES, "1005"),
                Map.entry(Setting.BATCHES_MAX_INFLATE_RATIO, "9"),
                Map.entry(Setting.BATCHES_MAX_LINE_BYTES, "2048"),
                Map.entry(Setting.BATCHES_MAX_MODELS, "3"),
                Map.entry(Setting.BATCHES_ALLOW_MIXED_MODELS, "false"),
                Map.entry(Setting.BATCHES_ORDER, "file"),
                Map.entry(Setting.TENANTS_WEIGHTS, "alice=3, bob=1"),
                Map.entry(Setting.JOBS_THREADS, "17"),
                Map.entry(Setting.JOBS_LEASE, "5s"),
                Map.entry(Setting.JOBS_POLL, "250ms"),
                Map.entry(Setting.JOBS_AHEAD, "9"),
                Map.entry(Setting.JOBS_GRACE, "4s"),
                Map.entry(Setting.RETENTION_BATCHES, "2d"),
                Map.entry(Setting.RETENTION_ORPHANS_AFTER, "3h"),
                Map.entry(Setting.RETENTION_JOB_HISTORY, "never"),
                Map.entry(Setting.RETENTION_RERUN, "0"),
                Map.entry(Setting.RETENTION_DRY_RUN, "true"),
                Map.entry(Setting.DISPATCH_MAX_ANSWER_BYTES, "4096"))));

        assertThat(configs.files())
                .isEqualTo(new FileConfig(
                        1001,
                        1000,
                        true,
                        Duration.ofHours(2),
                        new TenantLimits(1002, 6, 7, 8),
                        1003,
                        1001,
                        Duration.ofSeconds(3),
                        1004,
                        5));
        assertThat(configs.batches())
                .isEqualTo(new BatchConfig(
                        List.of("/v1/rerank", "/v1/score"),
                        Duration.ofSeconds(2),
                        Duration.ofDays(3),
                        true,
                        true,
                        7,
                        List.of("Authorization")));
        assertThat(configs.plan())
                .isEqualTo(new PlanConfig(8, 1005, 2048, 3, false, PlanOrder.FILE, true, MessageLimits.DEFAULT, 9));
        assertThat(configs.shares().of(new TenantId("alice"))).isEqualTo(3);
        assertThat(configs.shares().of(new TenantId("carol"))).isEqualTo(1);
        assertThat(configs.jobs()).isEqualTo(new JobsConfig(17, 3, Duration.ofSeconds(5), Duration.ofMillis(250)));
        assertThat(configs.dispatch().ahead()).isEqualTo(9);
        assertThat(configs.dispatch().grace()).isEqualTo(Duration.ofSeconds(4));
        assertThat(configs.http().maxAnswerBytes()).isEqualTo(4096);
        assertThat(configs.retention())
                .isEqualTo(new RetentionConfig(
                        Optional.of(Duration.ofDays(2)), Duration.ofHours(3), Optional.empty(), Duration.ZERO, true));
    }

    @Test
    void aRetentionThatWouldHurtShouldBeRefused() {
        for (String wrong : List.of("0s", "59s", "36501d", "ever", "")) {
            assertThatThrownBy(() -> Configs.of(Settings.of(Map.of(Setting.RETENTION_BATCHES, wrong))))
                    .as(wrong)
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("backfill.retention.batches")
                    .hasMessageContaining("never");
        }
        assertThatThrownBy(() -> Configs.of(Settings.of(Map.of(Setting.RETENTION_ORPHANS_AFTER, "59m"))))
                .hasMessageContaining("backfill.retention.orphans-after must be 1h");
    }

    @Test
    void aWrongValueShouldNameItsKeyAndWhatIsExpected() {
        assertThatThrownBy(() -> Configs.of(Settings.of(Map.of(Setting.JOBS_GRACE, "soon"))))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("backfill.jobs.grace")
                .hasMessageContaining("'soon'")
                .hasMessageContaining("30s");
        assertThatThrownBy(() -> Configs.of(Settings.of(Map.of(Setting.BATCHES_STRICT_WINDOW, "yes"))))
                .hasMessageContaining("backfill.batches.strict-window must be true or false");
    }

    @Test
    void nothingShouldBeTracedWithoutAnEndpoint() {
        assertThat(Configs.of(Settings.of(Map.of(Setting.TRACING_SAMPLE, "2"))).tracing())
                .isEmpty();
    }

    @Test
    void tracesShouldTakeTheirSettingsAndTheHeadersOfTheirFile(@TempDir Path folder) throws Exception {
        Path file = Files.writeString(folder.resolve("headers"), "Authorization: Bearer k\n");
        assertThat(tracing(Map.of(
                        Setting.NODE, "n",
                        Setting.TRACING_ENDPOINT, "http://collector:4318",
                        Setting.TRACING_HEADERS_FILE, file.toString(),
                        Setting.TRACING_SERVICE_NAME, "batches",
                        Setting.TRACING_SAMPLE, "0.5",
                        Setting.TRACING_CALLS_PER_SECOND, "7")))
                .contains(new TracingConfig(
                        URI.create("http://collector:4318"),
                        Map.of("Authorization", "Bearer k"),
                        "batches",
                        "n",
                        0.5,
                        7));
        assertThat(tracing(Map.of(Setting.NODE, "n", Setting.TRACING_ENDPOINT, "http://collector:4318")))
                .contains(new TracingConfig(
                        URI.create("http://collector:4318"),
                        Map.of(),
                        TracingConfig.DEFAULT_SERVICE,
                        "n",
                        TracingConfig.DEFAULT_SAMPLE,
                        TracingConfig.DEFAULT_CALLS_PER_SECOND));
    }

    @Test
    void aCollectorThatCannotBeReachedByItsSettingsShouldBeRefused(@TempDir Path folder) throws Exception {
        assertThatThrownBy(() -> tracing(Map.of(Setting.TRACING_ENDPOINT, "http://a b")))
                .hasMessage(
                        "backfill.tracing.endpoint must be an address such as http://collector:4318, not 'http://a b'");
        assertThatThrownBy(() -> tracing(Map.of(Setting.TRACING_ENDPOINT, "collector:4318")))
                .hasMessageStartingWith("backfill.tracing.endpoint must be an address such as http://collector:4318");
        Path file = folder.resolve("headers");
        Map<Setting, String> withHeaders = Map.of(
                Setting.TRACING_ENDPOINT, "http://collector:4318", Setting.TRACING_HEADERS_FILE, file.toString());
        assertThatThrownBy(() -> tracing(withHeaders))
                .hasMessageStartingWith("backfill.tracing.headers-file: " + file + " cannot be read");
        Files.writeString(file, "secret");
        assertThatThrownBy(() -> tracing(withHeaders))
                .hasMessageStartingWith("backfill.tracing.headers-file: in " + file + ", line 1 must be a header")
                .hasMessageNotContaining("secret");
    }

    private static Optional<TracingConfig> tracing(Map<Setting, String> settings) {
        return Configs.of(Settings.of(settings)).tracing();
    }

    @Test
    void wrongWeightsShouldNameTheirKey() {
        for (String wrong : List.of("alice", "alice=", "alice=0", "alice=1001", "a b=1", "=1")) {
            assertThatThrownBy(() -> Configs.of(Settings.of(Map.of(Setting.TENANTS_WEIGHTS, wrong))))
                    .as(wrong)
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("backfill.tenants.weights");
        }
    }

    @Test
    void aGraceBeyondTheShutdownGraceShouldBeRefused() {
        assertThatThrownBy(() -> Configs.of(Settings.of(Map.of(Setting.JOBS_GRACE, "40s"))))
                .hasMessageContaining("backfill.jobs.grace")
                .hasMessageContaining("backfill.shutdown-grace");
    }

    @Test
    void documentationShouldListEverySettingWithItsVariableAndDefault() throws Exception {
        Map<String, String> documented = new LinkedHashMap<>();
        Map<String, String> variables = new LinkedHashMap<>();
        for (String line : Files.readAllLines(Path.of("../docs/configuration.md"))) {
            Matcher row = ROW.matcher(line);
            if (row.matches()) {
                documented.put(row.group(1), row.group(3).replace("`", ""));
                variables.put(row.group(1), row.group(2));
            }
        }
        Map<String, String> expected = new LinkedHashMap<>();
        for (Setting setting : Setting.values()) {
            expected.put(setting.key(), setting.byDefault().isEmpty() ? "(not set)" : setting.byDefault());
            assertThat(variables).containsEntry(setting.key(), setting.variable());
        }
        assertThat(documented).containsExactlyInAnyOrderEntriesOf(expected);
    }

    @ParameterizedTest
    @CsvSource({
        "redis://:s3c/r3t@cache:6379/1, redis://***@cache:6379/1",
        "rediss://ada:s3c@r3t@cache, rediss://***@cache",
        "redis://:s3c?r3t#x@cache, redis://***@cache",
        "redis:/ada:s3cr3t@cache, ***@cache",
        "ada:s3cr3t@cache, ***@cache",
        "redis://cache:6379, redis://cache:6379"
    })
    void anAddressShouldBeShownWithoutItsPasswordWhateverThatHolds(String url, String shown) {
        assertThat(Settings.of(Map.of(Setting.REDIS_URL, url)).shown(Setting.REDIS_URL))
                .isEqualTo(shown);
        assertThat(Settings.of(Map.of(Setting.S3_ENDPOINT, url)).shown(Setting.S3_ENDPOINT))
                .isEqualTo(shown);
    }

    @Test
    void whatIsNoAddressShouldBeShownWhole() {
        String image = "registry/worker@sha256:abc";

        assertThat(Settings.of(Map.of(Setting.OFFLOAD_IMAGE, image)).shown(Setting.OFFLOAD_IMAGE))
                .isEqualTo(image);
    }

    @ParameterizedTest
    @CsvSource({
        "1048576, 1048576",
        "+7, 7",
        "512KiB, 524288",
        "64MiB, 67108864",
        "64 MiB, 67108864",
        "8Gi, 8589934592",
        "1TiB, 1099511627776"
    })
    void aSizeMayHaveAUnit(String text, long bytes) {
        assertThat(Settings.of(Map.of(Setting.S3_SPOOL_BYTES, text)).bytes(Setting.S3_SPOOL_BYTES))
                .isEqualTo(bytes);
    }

    @ParameterizedTest
    @ValueSource(strings = {"64MB", "64mib", "much", "", "1.5GiB", "999999999999999TiB", "MiB"})
    void aWrongSizeShouldNameItsKeyAndWhatIsExpected(String text) {
        assertThatThrownBy(() -> Configs.of(Settings.of(Map.of(Setting.FILES_MAX_UPLOAD_BYTES, text))))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage(
                        "backfill.files.max-upload-bytes must be a number of bytes such as 1048576, 512KiB or 64MiB,"
                                + " not '" + text + "'");
    }

    @Test
    void aSizeOfAnArrayShouldFitIntoOne() {
        assertThatThrownBy(() -> Configs.of(Settings.of(Map.of(Setting.BATCHES_MAX_LINE_BYTES, "2GiB"))))
                .hasMessageContaining("backfill.batches.max-line-bytes")
                .hasMessageContaining("less than 2GiB");
    }

    @Test
    void applicationsShouldReadOurFormsOfSettingsByMicroProfileConfig() {
        SmallRyeConfig config = new SmallRyeConfigBuilder()
                .addDiscoveredConverters()
                .withDefaultValue("backfill.jobs.grace", "90s")
                .withDefaultValue("backfill.files.max-upload-bytes", "64MiB")
                .withDefaultValue("backfill.auth.operators", "ops/admin, ops/ci,")
                .build();

        assertThat(config.getValue("backfill.jobs.grace", TimeSpan.class).duration())
                .isEqualTo(Duration.ofSeconds(90));
        assertThat(config.getValue("backfill.files.max-upload-bytes", ByteSize.class)
                        .bytes())
                .isEqualTo(64 << 20);
        assertThat(config.getValue("backfill.auth.operators", NameList.class).names())
                .containsExactly("ops/admin", "ops/ci");
    }

    private static Settings read(Map<String, String> properties, Map<String, String> variables) {
        return Settings.read(new SmallRyeConfigBuilder()
                .withSources(
                        new PropertiesConfigSource(properties, "system properties", 400),
                        new EnvConfigSource(variables, 300))
                .build());
    }

    @Test
    void everyMisspelledPropertyShouldBeRefusedWithTheNearestKey() {
        assertThatThrownBy(() -> read(
                        Map.of(
                                "backfill.data.dir", "/data",
                                "backfill.jobs-grace", "5s",
                                "backfill.colour", "red",
                                "backfill.data-dir", "/data"),
                        Map.of("BACKFILL_JOBS_GRACE", "4s")))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("backfill.data.dir (did you mean backfill.data-dir?)")
                .hasMessageContaining("backfill.jobs-grace (did you mean backfill.jobs.grace?)")
                .hasMessageContaining("backfill.colour,")
                .hasMessageContaining("docs/configuration.md");
    }

    @Test
    void aMisspelledVariableShouldBeRefusedWithTheNearestOne() {
        assertThatThrownBy(() -> read(Map.of(), Map.of("BACKFILL_DB_URI", "jdbc:x", "BACKFILL_ROLE", "all")))
                .hasMessageStartingWith("unknown settings [BACKFILL_DB_URI (did you mean BACKFILL_DB_URL?)].");
    }

    @Test
    void namesOfTheLauncherAndOfAServersScriptsShouldBeAccepted() {
        Settings settings = read(
                Map.of("backfill.context-root", "/batches", "backfill.installed", "all", "java.version", "25"),
                Map.of("BACKFILL_DB_URL", "jdbc:x", "BACKFILL_DATA_DIR", "/data", "BACKFILL_JOBS_GRACE", "4s"));

        assertThat(settings.text(Setting.DATA_DIR)).isEqualTo("/data");
        assertThat(settings.text(Setting.JOBS_GRACE)).isEqualTo("4s");
    }
}
