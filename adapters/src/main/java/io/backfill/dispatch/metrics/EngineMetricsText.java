package io.backfill.dispatch.metrics;

import io.backfill.replicas.EngineMetrics;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Extracts an engine's load from Prometheus text. If a name has several series (models, ranks), their values are added; usages are
 * averaged.
 */
final class EngineMetricsText {
    private static final List<String> RUNNING =
            List.of("vllm:num_requests_running", "sglang:num_running_reqs", "trtllm_num_requests_running");
    private static final List<String> WAITING =
            List.of("vllm:num_requests_waiting", "sglang:num_queue_reqs", "trtllm_num_requests_waiting");
    private static final List<String> USAGE = List.of(
            "vllm:kv_cache_usage_perc",
            "vllm:gpu_cache_usage_perc",
            "sglang:token_usage",
            "trtllm_kv_cache_utilization");
    private static final List<String> CACHE = List.of("vllm:cache_config_info", "sglang:cache_config_info");
    private static final Pattern BLOCKS = Pattern.compile("(?:num_gpu_blocks|num_pages)=\"([0-9]{1,9})\"");
    private static final Pattern BLOCK_SIZE = Pattern.compile("(?:block_size|page_size)=\"([0-9]{1,5})\"");
    private static final int USUAL_BLOCK = 16;
    private static final int MOST_REQUESTS = 1_000_000;

    private final Map<String, Double> sums = new HashMap<>();
    private final Map<String, Integer> counts = new HashMap<>();
    private OptionalInt blocks = OptionalInt.empty();

    /** Returns the metrics in the lines taken so far, or empty if they lack a known number of running or waiting requests. */
    Optional<EngineMetrics> metrics() {
        Optional<Double> running = first(RUNNING);
        Optional<Double> waiting = first(WAITING);
        if (running.isEmpty() || waiting.isEmpty()) {
            return Optional.empty();
        }
        double usage = USAGE.stream()
                .filter(sums::containsKey)
                .findFirst()
                .map(name -> sums.getOrDefault(name, 0.0) / counts.getOrDefault(name, 1))
                .orElse(0.0);
        return Optional.of(new EngineMetrics(requests(running.get()), requests(waiting.get()), usage, blocks));
    }

    private static int requests(double said) {
        return (int) Math.clamp(said, 0, MOST_REQUESTS);
    }

    private Optional<Double> first(List<String> names) {
        return names.stream().filter(sums::containsKey).findFirst().map(sums::get);
    }

    /** Takes one line of the text. */
    void take(String line) {
        int end = 0;
        while (end < line.length() && line.charAt(end) != '{' && line.charAt(end) != ' ') {
            end++;
        }
        String name = line.substring(0, end);
        if (CACHE.contains(name)) {
            Matcher count = BLOCKS.matcher(line);
            Matcher size = BLOCK_SIZE.matcher(line);
            if (count.find()) {
                long tokens =
                        Long.parseLong(count.group(1)) * (size.find() ? Integer.parseInt(size.group(1)) : USUAL_BLOCK);
                blocks = OptionalInt.of((int) Math.min(Integer.MAX_VALUE, tokens / USUAL_BLOCK));
            }
        } else if (RUNNING.contains(name) || WAITING.contains(name) || USAGE.contains(name)) {
            int labels = line.lastIndexOf('}');
            String[] rest =
                    line.substring(labels < 0 ? end : labels + 1).strip().split(" ", 2);
            try {
                sums.merge(name, Double.parseDouble(rest[0]), Double::sum);
                counts.merge(name, 1, Integer::sum);
            } catch (NumberFormatException notANumber) {
                // some engines report an unknown value in this way
            }
        }
    }
}
