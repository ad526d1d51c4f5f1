package io.backfill.batches;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.backfill.requests.Endpoint;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;

class BatchConfigTest {
    private static final Duration MINUTE = Duration.ofMinutes(1);
    private static final Duration MONTH = Duration.ofDays(30);
    private static final List<String> CHAT = List.of("/v1/chat/completions");

    @Test
    void defaultsShouldBeThoseOfTheContract() {
        BatchConfig config = BatchConfig.DEFAULT;
        assertThat(config.endpoints())
                .containsExactlyInAnyOrderElementsOf(
                        Arrays.stream(Endpoint.values()).map(Endpoint::path).toList());
        assertThat(config).isEqualTo(new BatchConfig(config.endpoints(), MINUTE, MONTH, false, false, 2000, List.of()));
    }

    private static boolean allows(BatchConfig config, String window) {
        return config.allows(CompletionWindow.parse(window).orElseThrow());
    }

    @Test
    void windowShouldLieInItsRange() {
        assertThat(allows(BatchConfig.DEFAULT, "60s")).isTrue();
        assertThat(allows(BatchConfig.DEFAULT, "59s")).isFalse();
        assertThat(allows(BatchConfig.DEFAULT, "30d")).isTrue();
        assertThat(allows(BatchConfig.DEFAULT, "721h")).isFalse();
    }

    @Test
    void strictWindowShouldBeTheOne() {
        BatchConfig strict = new BatchConfig(CHAT, MINUTE, MONTH, true, false, 0, List.of());
        assertThat(allows(strict, "24h")).isTrue();
        assertThat(allows(strict, "1d")).isFalse();
    }

    @Test
    void refusalShouldNameTheKey() {
        assertRefused("backfill.batches.endpoints", List.of(), MINUTE, MONTH, 0, List.of());
        assertRefused("backfill.batches.endpoints", List.of("chat"), MINUTE, MONTH, 0, List.of());
        assertRefused("backfill.batches.endpoints", List.of("/v1/a", "/v1/a"), MINUTE, MONTH, 0, List.of());
        assertRefused("backfill.batches.window-min", CHAT, Duration.ZERO, MONTH, 0, List.of());
        assertRefused("backfill.batches.window-max", CHAT, MINUTE, Duration.ofSeconds(59), 0, List.of());
        assertRefused("backfill.batches.window-max", CHAT, MINUTE, Duration.ofDays(366), 0, List.of());
        assertRefused("backfill.batches.creates-per-hour", CHAT, MINUTE, MONTH, -1, List.of());
        for (String header :
                List.of("Accept", "Content-Length", "HOST", "Proxy-Connection", "x-request-id", "a b", "")) {
            assertRefused("backfill.headers.pass-through", CHAT, MINUTE, MONTH, 0, List.of(header));
        }
    }

    private static void assertRefused(
            String key, List<String> endpoints, Duration min, Duration max, int perHour, List<String> headers) {
        assertThatThrownBy(() -> new BatchConfig(endpoints, min, max, false, false, perHour, headers))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining(key);
    }
}
