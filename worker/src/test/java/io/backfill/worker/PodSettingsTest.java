package io.backfill.worker;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.backfill.dispatch.DispatchConfig;
import io.backfill.dispatch.http.HttpConfig;
import io.backfill.files.s3.S3Config;
import io.backfill.files.s3.S3Encryption;
import io.backfill.results.directory.ForcePolicy;
import io.backfill.testing.SeededIds;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class PodSettingsTest {
    private final Map<String, String> environment = new HashMap<>(Map.of(
            "BATCH_ID", SeededIds.batch(1).value(),
            "GENERATION", "2",
            "PARTITIONS", "0-3,7",
            "JOB_COMPLETION_INDEX", "4",
            "MANIFEST", "batches/b/shards-3-2.json",
            "GRACE_SECONDS", "60",
            "BACKFILL_FILES_DIR", "/mnt/store"));

    private PodSettings read() throws PodFailure {
        return PodSettings.read(environment);
    }

    private PodFailure refusal() {
        return catchThrowableOfType(PodFailure.class, this::read);
    }

    @Test
    void defaultsShouldBeTheGateways() throws Exception {
        assertThat(read())
                .isEqualTo(new PodSettings(
                        SeededIds.batch(1),
                        2,
                        4,
                        7,
                        "batches/b/shards-3-2.json",
                        Duration.ofSeconds(60),
                        new StoreSettings.Folder(Path.of("/mnt/store"), ForcePolicy.SECOND, 67_108_864),
                        Optional.empty(),
                        new DispatchConfig(
                                DispatchConfig.DEFAULT.ahead(),
                                Duration.ofSeconds(50),
                                DispatchConfig.DEFAULT.tick(),
                                DispatchConfig.DEFAULT.checkpointEvery()),
                        HttpConfig.DEFAULT,
                        256 << 20,
                        Optional.empty()));
    }

    @Test
    void everySettingOfTheFolderShouldCount() throws Exception {
        environment.put("BACKFILL_FILES_FORCE", "each");
        environment.put("BACKFILL_FILES_MIN_FREE_BYTES", "5");
        environment.put("BACKFILL_SEAL_KEY", "k1:abc\n");
        environment.put("BACKFILL_JOBS_AHEAD", "7");
        environment.put("BACKFILL_DISPATCH_MAX_ANSWER_BYTES", "4096");
        environment.put("BACKFILL_DISPATCH_SPOOL_THRESHOLD", "5000");
        environment.put("BACKFILL_OFFLOAD_SPOOL_BYTES", "6000");
        PodSettings settings = read();
        assertThat(settings.store()).isEqualTo(new StoreSettings.Folder(Path.of("/mnt/store"), ForcePolicy.EACH, 5));
        assertThat(settings.sealKey()).contains("k1:abc");
        assertThat(settings.dispatch().ahead()).isEqualTo(7);
        assertThat(settings.http().maxAnswerBytes()).isEqualTo(4096);
        assertThat(settings.http().spoolThreshold()).isEqualTo(5000);
        assertThat(settings.spoolBytes()).isEqualTo(6000);
    }

    @Test
    void everySettingOfTheBucketShouldCount() throws Exception {
        environment.remove("BACKFILL_FILES_DIR");
        environment.put("BACKFILL_S3_BUCKET", "inference");
        S3Config byDefault = S3Config.of(Optional.empty(), "inference", "us-east-1");
        assertThat(read().store()).isEqualTo(new StoreSettings.Bucket(byDefault));

        environment.put("BACKFILL_S3_ENDPOINT", "https://minio:9000");
        environment.put("BACKFILL_S3_REGION", "eu-1");
        environment.put("BACKFILL_S3_PREFIX", "team/a");
        environment.put("BACKFILL_S3_ENCRYPTION", "aws:kms");
        environment.put("BACKFILL_S3_KMS_KEY", "alias/k");
        environment.put("BACKFILL_S3_ATTEMPTS", "5");
        S3Config config = ((StoreSettings.Bucket) read().store()).config();
        assertThat(config.endpoint()).contains(URI.create("https://minio:9000"));
        assertThat(config.region()).isEqualTo("eu-1");
        assertThat(config.prefix()).isEqualTo("team/a");
        assertThat(config.pathStyle()).isTrue();
        assertThat(config.attempts()).isEqualTo(5);
        assertThat(config.encryption()).isEqualTo(S3Encryption.named("aws:kms", Optional.of("alias/k")));

        environment.put("BACKFILL_S3_PATH_STYLE", "false");
        assertThat(((StoreSettings.Bucket) read().store()).config().pathStyle()).isFalse();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"BATCH_ID", "GENERATION", "PARTITIONS", "JOB_COMPLETION_INDEX", "MANIFEST", "GRACE_SECONDS"})
    void missingVariableShouldBeNamed(String name) {
        environment.put(name, " ");
        assertThat(refusal().code()).isEqualTo(ExitCode.CONFIGURATION);
        assertThat(refusal()).hasMessageContaining(name + " is not set; expected ");
    }

    @ParameterizedTest
    @CsvSource({
        "BATCH_ID, ../../etc",
        "GENERATION, 0",
        "PARTITIONS, '3,1'",
        "JOB_COMPLETION_INDEX, -1",
        "MANIFEST, ../secret",
        "MANIFEST, /etc/passwd",
        "GRACE_SECONDS, 60s",
        "BACKFILL_DISPATCH_MAX_ANSWER_BYTES, 1",
        "BACKFILL_DISPATCH_SPOOL_THRESHOLD, 1",
        "BACKFILL_OFFLOAD_SPOOL_BYTES, 0",
        "BACKFILL_JOBS_AHEAD, many",
        "BACKFILL_FILES_MIN_FREE_BYTES, 1MB"
    })
    void wrongVariableShouldBeNamedWithItsText(String name, String text) {
        environment.put(name, text);
        assertThat(refusal().code()).isEqualTo(ExitCode.CONFIGURATION);
        assertThat(refusal()).hasMessageContaining(name + " must be ");
    }

    @ParameterizedTest
    @CsvSource({
        "BACKFILL_FILES_FORCE, never, BACKFILL_FILES_FORCE must be each or second",
        "BACKFILL_S3_BUCKET, both, set either BACKFILL_FILES_DIR or BACKFILL_S3_BUCKET"
    })
    void wrongStoreShouldBeAConfigurationError(String name, String text, String message) {
        environment.put(name, text);
        assertThat(refusal().code()).isEqualTo(ExitCode.CONFIGURATION);
        assertThat(refusal()).hasMessageContaining(message);
    }

    @ParameterizedTest
    @CsvSource({
        "BACKFILL_S3_PREFIX, /a, BACKFILL_S3_PREFIX must consist of",
        "BACKFILL_S3_ENCRYPTION, rot13, BACKFILL_S3_ENCRYPTION must be none",
        "BACKFILL_S3_KMS_KEY, alias/k, BACKFILL_S3_KMS_KEY requires BACKFILL_S3_ENCRYPTION=aws:kms"
    })
    void wrongBucketShouldBeSaidInTermsOfVariables(String name, String text, String message) {
        environment.remove("BACKFILL_FILES_DIR");
        environment.put("BACKFILL_S3_BUCKET", "inference");
        environment.put(name, text);
        assertThat(refusal()).hasMessageContaining(message).hasMessageNotContaining("backfill.");
    }

    @Test
    void placeThatTheJobDoesNotHaveShouldBeABadArgument() {
        environment.put("JOB_COMPLETION_INDEX", "5");
        assertThat(refusal().code()).isEqualTo(ExitCode.BAD_ARGUMENTS);
    }

    @ParameterizedTest
    @CsvSource({"1, 750, 900", "4, 3000, 3600", "60, 50000, 59000", "3600, 540000, 3599000"})
    void openCallsShouldEndBeforeTheClusterEndsThem(int grace, long callMillis, long processMillis) throws Exception {
        environment.put("GRACE_SECONDS", Integer.toString(grace));
        assertThat(read().dispatch().grace().toMillis()).isEqualTo(callMillis);
        assertThat(read().patience().toMillis()).isEqualTo(processMillis);
    }
}
