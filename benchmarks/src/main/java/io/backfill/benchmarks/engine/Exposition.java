package io.backfill.benchmarks.engine;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;

/**
 * A page of metrics in Prometheus' text format.
 *
 * @param sums value of each metric, summed over its labels
 */
public record Exposition(Map<String, Double> sums) {
    private static final List<String> UNFINISHED = List.of(
            "vllm:num_requests_running",
            "vllm:num_requests_waiting",
            "sglang:num_running_reqs",
            "sglang:num_queue_reqs",
            "llamacpp:requests_processing",
            "llamacpp:requests_deferred",
            "tgi_batch_current_size",
            "tgi_queue_size");

    public Exposition {
        sums = Map.copyOf(sums);
    }

    /** Parses a page. Lines that are not samples are ignored. */
    public static Exposition parse(String page) {
        Map<String, Double> sums = new HashMap<>();
        for (String line : page.split("\n", -1)) {
            if (line.isBlank() || line.startsWith("#")) {
                continue;
            }
            add(sums, line);
        }
        return new Exposition(sums);
    }

    private static void add(Map<String, Double> sums, String line) {
        int labels = line.indexOf('{');
        int end = labels < 0 ? line.indexOf(' ') : line.lastIndexOf('}') + 1;
        if (end <= 0) {
            return;
        }
        String name = line.substring(0, labels < 0 ? end : labels);
        String value = line.substring(end).strip().split(" ", -1)[0];
        try {
            sums.merge(name, Double.parseDouble(value.equals("+Inf") ? "Infinity" : value), Double::sum);
        } catch (NumberFormatException notASample) {
            return;
        }
    }

    /** Returns the value of a metric; 0 if the page does not have it. */
    public double value(String metric) {
        return sums.getOrDefault(metric, 0.0);
    }

    /** Returns the number of requests that run or wait in the engine; empty if the page has no metric of a known engine. */
    public OptionalDouble unfinished() {
        return UNFINISHED.stream().anyMatch(sums::containsKey)
                ? OptionalDouble.of(UNFINISHED.stream().mapToDouble(this::value).sum())
                : OptionalDouble.empty();
    }
}
