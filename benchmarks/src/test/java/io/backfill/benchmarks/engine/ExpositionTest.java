package io.backfill.benchmarks.engine;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class ExpositionTest {
    @Test
    void samplesShouldBeSummedOverTheirLabels() {
        Exposition page = Exposition.parse("""
                # TYPE calls_total counter
                calls_total{model="a b",x="}"} 3
                calls_total{model="c"} 4.5 1700000000
                plain 1e3
                half
                """);

        assertThat(page.value("calls_total")).isEqualTo(7.5);
        assertThat(page.value("plain")).isEqualTo(1000);
        assertThat(page.value("half")).isZero();
        assertThat(page.unfinished()).isEmpty();
    }

    @Test
    void anEngineShouldBeIdleOnlyWithoutRunningAndWaitingRequests() {
        assertThat(Exposition.parse(
                                "vllm:num_requests_running{engine=\"0\"} 0.0\nvllm:num_requests_waiting{engine=\"0\"} 2.0\n")
                        .unfinished())
                .hasValue(2);
        assertThat(Exposition.parse("llamacpp:requests_processing 0\n").unfinished())
                .hasValue(0);
    }
}
