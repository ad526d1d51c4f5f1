package io.backfill.files;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import org.junit.jupiter.api.Test;

class FileConfigTest {
    @Test
    void defaultsShouldBeThoseOfTheContract() {
        assertThat(FileConfig.DEFAULT)
                .isEqualTo(new FileConfig(
                        536_870_912,
                        536_870_912,
                        false,
                        Duration.ofDays(30),
                        new TenantLimits(0, 1_000_000, 1_000, 10_000),
                        8_589_934_592L,
                        67_108_864,
                        Duration.ofSeconds(30),
                        1_073_741_824,
                        10_000));
    }

    @Test
    void batchFileShouldHaveItsOwnLimit() {
        FileConfig config =
                new FileConfig(100, 50, false, Duration.ofDays(1), TenantLimits.DEFAULT, 100, 100, Duration.ZERO, 0, 1);
        assertThat(config.maxBytes(FilePurpose.BATCH)).isEqualTo(50);
        assertThat(config.maxBytes(FilePurpose.VISION)).isEqualTo(100);
    }

    @Test
    void refusalShouldNameTheKey() {
        assertRefused("max-upload-bytes", 0, 1, Duration.ofDays(1), 0, 1, 1, 1, 1);
        assertRefused("max-batch-file-bytes", 1, 2, Duration.ofDays(1), 0, 1, 1, 1, 1);
        assertRefused("batch-expiry", 1, 1, Duration.ofMinutes(59), 0, 1, 1, 1, 1);
        assertRefused("tenant-quota-bytes", 1, 1, Duration.ofDays(1), -1, 1, 1, 1, 1);
        assertRefused("max-upload-total-bytes", 1, 1, Duration.ofDays(1), 0, 0, 1, 1, 1);
        assertRefused("max-part-bytes", 1, 1, Duration.ofDays(1), 0, 1, 2, 1, 1);
        assertRefused("drain-time", 1, 1, Duration.ofDays(1), 0, 1, 1, -1, 1);
        assertRefused("max-list-limit", 1, 1, Duration.ofDays(1), 0, 1, 1, 1, 10_001);
        assertThatThrownBy(() -> new FileConfig(
                        1, 1, false, Duration.ofDays(1), TenantLimits.DEFAULT, 1, 1, Duration.ZERO, -1, 1))
                .hasMessageContaining("backfill.files.drain-bytes");
    }

    private static void assertRefused(
            String key,
            long upload,
            long batch,
            Duration expiry,
            long quota,
            long total,
            long part,
            long drain,
            int limit) {
        assertThatThrownBy(() -> new FileConfig(
                        upload,
                        batch,
                        false,
                        expiry,
                        new TenantLimits(quota, 0, 1, 1),
                        total,
                        part,
                        Duration.ofSeconds(drain),
                        1,
                        limit))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("backfill.files." + key);
    }
}
