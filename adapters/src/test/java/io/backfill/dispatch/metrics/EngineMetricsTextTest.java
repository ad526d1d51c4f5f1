package io.backfill.dispatch.metrics;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.backfill.replicas.EngineMetrics;
import io.backfill.replicas.EngineTotals;
import io.backfill.replicas.LatencyHistogram;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.Random;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class EngineMetricsTextTest {

    /** Recorded from vLLM 0.32 while three of nine requests were running. */
    @Test
    void theTextOfVllmShouldBeRead() throws IOException {
        EngineMetrics metrics = read(recorded("vllm-0.32.txt")).orElseThrow();
        EngineTotals totals = metrics.totals();

        assertThat(metrics.running()).isEqualTo(3);
        assertThat(metrics.waiting()).isZero();
        assertThat(metrics.kvUsage()).isCloseTo(0.0756, within(0.0001));
        assertThat(metrics.cacheBlocks()).as("15,360 tokens").hasValue(960);
        assertThat(totals.finished()).hasValue(6);
        assertThat(totals.promptTokens()).hasValue(156);
        assertThat(totals.generatedTokens()).hasValue(1084);
        assertThat(totals.firstToken().count()).isEqualTo(9);
        assertThat(totals.firstToken().bounds())
                .hasSize(22)
                .startsWith(0.001, 0.005)
                .endsWith(640.0, 2560.0);
        assertThat(totals.firstToken().counts()).hasSize(23).startsWith(0L, 0L, 0L, 0L, 1L, 6L, 0L, 2L, 0L);
        assertThat(totals.firstToken().mean().orElseThrow()).isCloseTo(0.0519, within(0.0001));
        assertThat(totals.betweenTokens().counts()).startsWith(1074L, 1L, 0L);
        assertThat(totals.betweenTokens().mean().orElseThrow()).isCloseTo(0.00462, within(0.00001));
    }

    /** With priorities, SGLang reports the requests of each priority beside the total. */
    @Test
    void theTextOfSglangShouldBeRead() throws IOException {
        EngineMetrics metrics = read(recorded("sglang.txt")).orElseThrow();

        assertThat(metrics)
                .isEqualTo(new EngineMetrics(
                        12,
                        4,
                        0.28,
                        OptionalInt.of(10107),
                        new EngineTotals(
                                OptionalLong.of(93),
                                OptionalLong.of(8500),
                                OptionalLong.of(930),
                                new LatencyHistogram(List.of(0.1, 0.2), List.of(11L, 71L, 11L), 15),
                                new LatencyHistogram(List.of(0.002, 0.004), List.of(0L, 800L, 37L), 4.25))));
    }

    /** Token counts of TGI are the sums of histograms. It has no times to the first token. */
    @Test
    void theTextOfTgiShouldBeRead() throws IOException {
        assertThat(read(recorded("tgi.txt")))
                .contains(new EngineMetrics(
                        4,
                        7,
                        0,
                        OptionalInt.empty(),
                        new EngineTotals(
                                OptionalLong.of(41),
                                OptionalLong.of(8123),
                                OptionalLong.of(640),
                                LatencyHistogram.EMPTY,
                                new LatencyHistogram(
                                        List.of(0.00015000000000000001, 0.000225), List.of(0L, 2L, 39L), 0.875))));
    }

    @Test
    void tgiShouldHaveMetricsBeforeItsFirstBatch() {
        assertThat(read("# TYPE tgi_queue_size gauge\ntgi_queue_size 2\n\n"))
                .contains(new EngineMetrics(0, 2, 0, OptionalInt.empty(), EngineTotals.NONE));
    }

    @Test
    void theNamesOfEveryEngineShouldBeKnown() {
        assertThat(read("""
                sglang:num_running_reqs{a="b"} 5
                sglang:num_queue_reqs 2
                sglang:token_usage 0.25
                sglang:cache_config_info{page_size="64",num_pages="1000"} 1
                """)).contains(new EngineMetrics(5, 2, 0.25, OptionalInt.of(4000), EngineTotals.NONE));
        assertThat(read("""
                trtllm_num_requests_running 7
                trtllm_num_requests_waiting 0
                trtllm_kv_cache_utilization 0.5
                """)).contains(new EngineMetrics(7, 0, 0.5, OptionalInt.empty(), EngineTotals.NONE));
        assertThat(read("""
                vllm:num_requests_running{engine="0",x="}"} 1.5e1 1700000000
                vllm:num_requests_running{engine="1"} 5
                vllm:num_requests_waiting{engine="0"} 1
                vllm:num_requests_waiting{engine="1"} 2
                vllm:gpu_cache_usage_perc{engine="0"} 0.2
                vllm:gpu_cache_usage_perc{engine="1"} 0.4
                vllm:cache_config_info{block_size="16",num_gpu_blocks="27000"} 1.0
                """).map(EngineMetrics::running)).contains(20);
        assertThat(read("go_goroutines 12\nvllm:num_requests_running NaNsense\n"))
                .isEmpty();
        assertThat(read("")).isEmpty();
    }

    /** Recorded from llama.cpp while ten requests were open and eight slots were busy. It has no histograms: a mean comes from two counters. */
    @Test
    void theTextOfLlamaShouldBeRead() throws IOException {
        assertThat(read(recorded("llama.cpp.txt")))
                .contains(new EngineMetrics(
                        8,
                        2,
                        0,
                        OptionalInt.empty(),
                        new EngineTotals(
                                OptionalLong.empty(),
                                OptionalLong.of(96),
                                OptionalLong.of(17),
                                LatencyHistogram.EMPTY,
                                new LatencyHistogram(List.of(), List.of(17L), 0.682758))));
    }

    @Test
    void theOldNameOfVllmShouldCountOnlyWithoutTheNewOne() {
        String old =
                "vllm:time_per_output_token_seconds_bucket{le=\"+Inf\"} 4\nvllm:time_per_output_token_seconds_sum 2\n";
        String current =
                "vllm:inter_token_latency_seconds_bucket{le=\"+Inf\"} 8\nvllm:inter_token_latency_seconds_sum 1\n";

        assertThat(totals(old).betweenTokens()).isEqualTo(new LatencyHistogram(List.of(), List.of(4L), 2));
        assertThat(totals(old + current).betweenTokens()).isEqualTo(new LatencyHistogram(List.of(), List.of(8L), 1));
    }

    @Test
    void numbersThatCannotBeShouldBeIgnored() {
        assertThat(totals("""
                vllm:request_success_total{finished_reason="stop"} NaN
                vllm:request_success_total{finished_reason="length"} -3
                vllm:prompt_tokens_total +Inf
                vllm:generation_tokens_total 1e300
                vllm:time_to_first_token_seconds_sum -1
                vllm:time_to_first_token_seconds_bucket{le="1"} 5
                """))
                .isEqualTo(new EngineTotals(
                        OptionalLong.empty(),
                        OptionalLong.empty(),
                        OptionalLong.of(1L << 53),
                        LatencyHistogram.EMPTY,
                        LatencyHistogram.EMPTY));
        assertThat(read("vllm:num_requests_running 1e300\nvllm:num_requests_waiting 0\nvllm:kv_cache_usage_perc 7\n"))
                .contains(new EngineMetrics(1_000_000, 0, 1, OptionalInt.empty(), EngineTotals.NONE));
    }

    /** Buckets in any order, with bounds and numbers that cannot be, and numbers that fall. */
    @Test
    void bucketsThatCannotBeShouldBeIgnored() {
        EngineTotals totals = totals("""
                vllm:time_to_first_token_seconds_bucket{le="+Inf"} 10
                vllm:time_to_first_token_seconds_bucket{le="0.4"} 3
                vllm:time_to_first_token_seconds_bucket{le="0.1"} 2
                vllm:time_to_first_token_seconds_bucket{le="0.2"} 6
                vllm:time_to_first_token_seconds_bucket{le="0.3"} NaN
                vllm:time_to_first_token_seconds_bucket{le="NaN"} 1
                vllm:time_to_first_token_seconds_bucket{le="-1"} 1
                vllm:time_to_first_token_seconds_bucket{le="x"} 1
                vllm:time_to_first_token_seconds_bucket{le=0.5} 1
                vllm:time_to_first_token_seconds_bucket 1
                vllm:time_to_first_token_seconds_sum 3
                """);

        assertThat(totals.firstToken())
                .isEqualTo(new LatencyHistogram(List.of(0.1, 0.2, 0.4), List.of(2L, 4L, 0L, 4L), 3));
    }

    @Test
    void theNumberOfBucketsShouldBeBounded() {
        String text = IntStream.range(1, 10_000)
                .mapToObj(i -> "vllm:time_to_first_token_seconds_bucket{le=\"" + i + "\"} " + i + "\n")
                .collect(Collectors.joining());

        LatencyHistogram histogram = totals(text + "vllm:time_to_first_token_seconds_bucket{le=\"+Inf\"} 10000\n"
                        + "vllm:time_to_first_token_seconds_sum 1\n")
                .firstToken();

        assertThat(histogram.bounds()).hasSize(128);
        assertThat(histogram.count()).isEqualTo(10_000);
    }

    /** Recorded lines with random damage: nothing is thrown, and what is read holds what the types promise. */
    @Test
    void damagedTextShouldNeverThrow() throws IOException {
        List<String> lines = recorded("vllm-0.32.txt").lines().toList();
        String signs = "{}\"\\=, \t#+-eE.0123456789NaIf\u0000é";
        for (int seed = 0; seed < 300; seed++) {
            Random random = new Random(seed);
            EngineMetricsText text = new EngineMetricsText();
            for (String line : lines) {
                StringBuilder damaged = new StringBuilder(line);
                for (int i = random.nextInt(4); i > 0 && !damaged.isEmpty(); i--) {
                    int at = random.nextInt(damaged.length());
                    switch (random.nextInt(3)) {
                        case 0 -> damaged.setLength(at);
                        case 1 -> damaged.insert(at, signs.charAt(random.nextInt(signs.length())));
                        default -> damaged.setCharAt(at, signs.charAt(random.nextInt(signs.length())));
                    }
                }
                text.take(damaged.toString());
            }
            text.metrics().ifPresent(metrics -> {
                assertThat(metrics.running()).isBetween(0, 1_000_000);
                assertThat(metrics.kvUsage()).isBetween(0.0, 1.0);
                assertThat(metrics.totals().firstToken().count()).isNotNegative();
            });
        }
    }

    private static EngineTotals totals(String text) {
        return read("vllm:num_requests_running 0\nvllm:num_requests_waiting 0\n" + text)
                .orElseThrow()
                .totals();
    }

    private static Optional<EngineMetrics> read(String text) {
        EngineMetricsText read = new EngineMetricsText();
        text.lines().forEach(read::take);
        return read.metrics();
    }

    private static String recorded(String name) throws IOException {
        try (BufferedReader text = new BufferedReader(new InputStreamReader(
                Objects.requireNonNull(EngineMetricsTextTest.class.getResourceAsStream("/metrics/" + name)),
                StandardCharsets.UTF_8))) {
            return text.lines().collect(Collectors.joining("\n"));
        }
    }
}
