package io.backfill.dispatch.metrics;

import java.util.OptionalInt;
import java.util.Set;

/** Reads the size of an engine's KV cache: a number of tokens, or a number of blocks and their size. */
final class CacheSize {
    private static final Set<String> INFO = Set.of("vllm:cache_config_info", "sglang:cache_config_info");
    private static final String TOKENS = "sglang:max_total_num_tokens";
    private static final int USUAL_BLOCK = 16;
    private static final double MOST_TOKENS = (double) Integer.MAX_VALUE * USUAL_BLOCK;

    private double tokens = Double.NaN;

    /** Takes a line; ignores it if it is about something else. */
    void take(MetricSample sample) {
        if (sample.name().equals(TOKENS)) {
            tokens = sample.value();
        } else if (INFO.contains(sample.name())) {
            double said = number(sample, "kv_cache_size_tokens");
            tokens = said > 0 ? said : fromBlocks(sample);
        }
    }

    private static double fromBlocks(MetricSample sample) {
        double count = number(sample, "num_gpu_blocks");
        double blocks = Double.isNaN(count) ? number(sample, "num_pages") : count;
        double size = number(sample, "block_size");
        double known = Double.isNaN(size) ? number(sample, "page_size") : size;
        return blocks * (Double.isNaN(known) ? USUAL_BLOCK : known);
    }

    private static double number(MetricSample sample, String label) {
        return sample.label(label).map(MetricSample::number).orElse(Double.NaN);
    }

    /** Returns the size in blocks of 16 tokens, empty if it is unknown. */
    OptionalInt blocks() {
        return tokens >= 0 ? OptionalInt.of((int) (Math.min(tokens, MOST_TOKENS) / USUAL_BLOCK)) : OptionalInt.empty();
    }
}
