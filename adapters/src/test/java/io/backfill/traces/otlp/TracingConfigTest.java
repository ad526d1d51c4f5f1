package io.backfill.traces.otlp;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.net.URI;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class TracingConfigTest {
    @ParameterizedTest
    @CsvSource({
        "http://collector:4318, http://collector:4318/v1/traces",
        "http://collector:4318/, http://collector:4318/v1/traces",
        "https://traces.example/v1/traces, https://traces.example/v1/traces",
        "https://traces.example/otlp/team, https://traces.example/otlp/team",
    })
    void spansShouldGoToThePathOfOtlpUnlessThereIsOne(String endpoint, String target) {
        assertThat(config(endpoint, 1, 5).target()).hasToString(target);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "collector:4318",
                "grpc://collector:4317",
                "/v1/traces",
                "http:///v1/traces",
                "http://user:secret@collector:4318"
            })
    void anAddressThatCannotBeUsedShouldBeRefusedWithoutQuotingIt(String endpoint) {
        assertThatThrownBy(() -> config(endpoint, 1, 5))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageStartingWith("backfill.tracing.endpoint must be an address such as http://collector:4318")
                .hasMessageNotContaining("secret");
    }

    @Test
    void numbersOutOfRangeShouldBeRefused() {
        assertThatThrownBy(() -> config("http://c", 1.5, 5))
                .hasMessage("backfill.tracing.sample must be 0 to 1, not 1.5");
        assertThatThrownBy(() -> config("http://c", Double.NaN, 5)).hasMessageContaining("backfill.tracing.sample");
        assertThatThrownBy(() -> config("http://c", 1, 1_001))
                .hasMessage("backfill.tracing.calls-per-second must be 0 to 1000, not 1001");
    }

    @Test
    void headersShouldBeReadLineByLine() {
        assertThat(TracingConfig.headersIn(
                        "# key of the collector\nAuthorization: Bearer a:b\n\nX-Scope-OrgID:team \n"))
                .isEqualTo(Map.of("Authorization", "Bearer a:b", "X-Scope-OrgID", "team"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"secret", ": secret", "a b: secret"})
    void aLineThatIsNoHeaderShouldBeRefusedWithoutQuotingIt(String line) {
        assertThatThrownBy(() -> TracingConfig.headersIn("X: 1\n" + line))
                .hasMessageStartingWith("line 2 must be a header")
                .hasMessageNotContaining("secret");
    }

    private static TracingConfig config(String endpoint, double sample, int calls) {
        return new TracingConfig(URI.create(endpoint), Map.of(), "backfill", "node", sample, calls);
    }
}
