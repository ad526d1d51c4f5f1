package io.backfill.results;

import io.backfill.batches.Usage;

/**
 * The counts of one {@code usage} object, under the names of both generations of OpenAI's API and of Anthropic's, which counts
 * input tokens outside of the cache, read from it and written to it separately. A missing count is zero.
 */
final class UsageParts {
    /** Maximum digits of a count. A longer number is not a count. */
    static final int LONGEST_COUNT = 15;

    private static final long ABSENT = -1;

    private long input;
    private long cached;
    private long cacheRead;
    private long cacheWritten;
    private long output;
    private long reasoning;
    private long total = ABSENT;

    /** Returns the relevant member of the details object {@code name}: {@code cached_tokens}, {@code reasoning_tokens}, or empty. */
    static String detailOf(String name) {
        return switch (name) {
            case "prompt_tokens_details", "input_tokens_details" -> "cached_tokens";
            case "completion_tokens_details", "output_tokens_details" -> "reasoning_tokens";
            default -> "";
        };
    }

    static boolean isCount(String name) {
        return switch (name) {
            case "prompt_tokens",
                    "input_tokens",
                    "completion_tokens",
                    "output_tokens",
                    "total_tokens",
                    "cache_read_input_tokens",
                    "cache_creation_input_tokens" -> true;
            default -> false;
        };
    }

    /** @param count negative if the member's value is not a count */
    void set(String name, long count) {
        long counted = Math.max(0, count);
        switch (name) {
            case "prompt_tokens", "input_tokens" -> input = counted;
            case "completion_tokens", "output_tokens" -> output = counted;
            case "total_tokens" -> total = count < 0 ? ABSENT : count;
            case "cached_tokens" -> cached = counted;
            case "cache_read_input_tokens" -> cacheRead = counted;
            case "cache_creation_input_tokens" -> cacheWritten = counted;
            case "reasoning_tokens" -> reasoning = counted;
            default -> throw new IllegalArgumentException(name);
        }
    }

    /** Returns a token count, or -1 for a text that is not a valid count. */
    static long count(String text) {
        if (text.isEmpty() || text.length() > LONGEST_COUNT) {
            return ABSENT;
        }
        if (text.equals("-0")) {
            return 0;
        }
        for (int i = 0; i < text.length(); i++) {
            if (text.charAt(i) < '0' || text.charAt(i) > '9') {
                return ABSENT;
            }
        }
        return Long.parseLong(text);
    }

    /** Returns the usage. If a server omits the total or sends null, it is the sum of input and output. */
    Usage usage() {
        long allInput = input + cacheRead + cacheWritten;
        return new Usage(allInput, cached + cacheRead, output, reasoning, total == ABSENT ? allInput + output : total);
    }
}
