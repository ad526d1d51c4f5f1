package io.backfill.dispatch.metrics;

import io.backfill.replicas.EngineMetrics;
import io.backfill.replicas.EngineTotals;
import io.backfill.replicas.LatencyHistogram;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Extracts an engine's load and totals from Prometheus text. If a name has several series (models, ranks), their values are added; usages
 * are averaged. If an engine reports a value under an old and a new name, the new one counts.
 */
final class EngineMetricsText {
    private static final List<String> RUNNING = List.of(
            "vllm:num_requests_running",
            "sglang:num_running_reqs",
            "trtllm_num_requests_running",
            "llamacpp:requests_processing",
            "tgi_batch_current_size");
    private static final List<String> WAITING = List.of(
            "vllm:num_requests_waiting",
            "sglang:num_queue_reqs",
            "trtllm_num_requests_waiting",
            "llamacpp:requests_deferred",
            "tgi_queue_size");
    private static final List<String> USAGE = List.of(
            "vllm:kv_cache_usage_perc",
            "vllm:gpu_cache_usage_perc",
            "sglang:token_usage",
            "trtllm_kv_cache_utilization",
            "llamacpp:kv_cache_usage_ratio");
    private static final List<String> FINISHED = List.of(
            "vllm:request_success_total",
            "sglang:num_requests_total",
            "trtllm_request_success_total",
            "tgi_request_success");
    private static final List<String> PROMPT_TOKENS = List.of(
            "vllm:prompt_tokens_total",
            "sglang:prompt_tokens_total",
            "trtllm_prompt_tokens_total",
            "llamacpp:prompt_tokens_total",
            "tgi_request_input_length_sum");
    private static final String LLAMA_TOKENS = "llamacpp:tokens_predicted_total";
    private static final String LLAMA_SECONDS = "llamacpp:tokens_predicted_seconds_total";
    private static final List<String> GENERATED_TOKENS = List.of(
            "vllm:generation_tokens_total",
            "sglang:generation_tokens_total",
            "trtllm_generation_tokens_total",
            LLAMA_TOKENS,
            "tgi_request_generated_tokens_sum");
    private static final List<String> FIRST_TOKEN = List.of(
            "vllm:time_to_first_token_seconds",
            "sglang:time_to_first_token_seconds",
            "trtllm_time_to_first_token_seconds");
    private static final List<String> BETWEEN_TOKENS = List.of(
            "vllm:inter_token_latency_seconds",
            "vllm:time_per_output_token_seconds",
            "sglang:inter_token_latency_seconds",
            "sglang:time_per_output_token_seconds",
            "trtllm_time_per_output_token_seconds",
            "tgi_request_mean_time_per_token_duration");

    private static final Set<String> NUMBERS = Stream.of(
                    RUNNING, WAITING, USAGE, FINISHED, PROMPT_TOKENS, GENERATED_TOKENS, List.of(LLAMA_SECONDS))
            .flatMap(List::stream)
            .collect(Collectors.toUnmodifiableSet());
    private static final Set<String> HISTOGRAMS =
            Stream.of(FIRST_TOKEN, BETWEEN_TOKENS).flatMap(List::stream).collect(Collectors.toUnmodifiableSet());
    private static final int MOST_REQUESTS = 1_000_000;

    private final Map<String, Double> sums = new HashMap<>();
    private final Map<String, Integer> counts = new HashMap<>();
    private final Map<String, HistogramText> histograms = new HashMap<>();
    private final CacheSize cache = new CacheSize();

    /** Takes one line of the text. */
    void take(String line) {
        MetricSample.parse(line).filter(sample -> !isShareOfTotal(sample)).ifPresent(this::take);
    }

    private void take(MetricSample sample) {
        String name = sample.name();
        if (NUMBERS.contains(name)) {
            sums.merge(name, sample.value(), Double::sum);
            counts.merge(name, 1, Integer::sum);
            return;
        }
        int suffix = name.lastIndexOf('_');
        if (suffix > 0 && HISTOGRAMS.contains(name.substring(0, suffix))) {
            HistogramText text = histograms.computeIfAbsent(name.substring(0, suffix), base -> new HistogramText());
            switch (name.substring(suffix)) {
                case "_bucket" -> text.bucket(sample);
                case "_sum" -> text.sum(sample.value());
                default -> {
                    // the count is that of the last bucket
                }
            }
            return;
        }
        cache.take(sample);
    }

    /** With priorities SGLang reports the requests of each one beside their total, whose priority is empty. */
    private static boolean isShareOfTotal(MetricSample sample) {
        return sample.name().startsWith("sglang:")
                && sample.label("priority")
                        .filter(priority -> !priority.isEmpty())
                        .isPresent();
    }

    /**
     * Returns the metrics in the lines taken so far, or empty if they have no known number of running or waiting requests. If one of the
     * two is missing it is 0: TGI leaves out the batch until it has computed the first one.
     */
    Optional<EngineMetrics> metrics() {
        Optional<Double> running = first(RUNNING);
        Optional<Double> waiting = first(WAITING);
        if (running.isEmpty() && waiting.isEmpty()) {
            return Optional.empty();
        }
        double usage = USAGE.stream()
                .filter(sums::containsKey)
                .findFirst()
                .map(name -> sums.getOrDefault(name, 0.0) / counts.getOrDefault(name, 1))
                .orElse(0.0);
        OptionalInt blocks = cache.blocks();
        return Optional.of(new EngineMetrics(
                requests(running.orElse(0.0)),
                requests(waiting.orElse(0.0)),
                Math.clamp(usage, 0.0, 1.0),
                blocks,
                totals()));
    }

    private EngineTotals totals() {
        LatencyHistogram betweenTokens = histogram(BETWEEN_TOKENS);
        return new EngineTotals(
                total(FINISHED),
                total(PROMPT_TOKENS),
                total(GENERATED_TOKENS),
                histogram(FIRST_TOKEN),
                betweenTokens.equals(LatencyHistogram.EMPTY) ? perTokenOfLlama() : betweenTokens);
    }

    private LatencyHistogram histogram(List<String> names) {
        return names.stream()
                .filter(histograms::containsKey)
                .findFirst()
                .map(histograms::get)
                .map(HistogramText::histogram)
                .orElse(LatencyHistogram.EMPTY);
    }

    /** llama.cpp has no histograms, but counts tokens and the time that they took. */
    private LatencyHistogram perTokenOfLlama() {
        Double tokens = sums.get(LLAMA_TOKENS);
        Double seconds = sums.get(LLAMA_SECONDS);
        return tokens == null || seconds == null || seconds.isInfinite()
                ? LatencyHistogram.EMPTY
                : new LatencyHistogram(List.of(), List.of(HistogramText.times(tokens)), seconds);
    }

    private OptionalLong total(List<String> names) {
        Optional<Double> total = first(names);
        return total.isPresent() ? OptionalLong.of(HistogramText.times(total.get())) : OptionalLong.empty();
    }

    private Optional<Double> first(List<String> names) {
        return names.stream().filter(sums::containsKey).findFirst().map(sums::get);
    }

    private static int requests(double said) {
        return (int) Math.min(said, MOST_REQUESTS);
    }
}
