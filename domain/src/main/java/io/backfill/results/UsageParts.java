package io.backfill.results;

import io.backfill.batches.Usage;

/** The counts of one {@code usage} object, under the names of both API generations. A count that is not there is zero. */
final class UsageParts {
    /** Digits of a count; a longer number is none. */
    static final int LONGEST_COUNT = 15;

    private static final long ABSENT = -1;

    private long input;
    private long cached;
    private long output;
    private long reasoning;
    private long total = ABSENT;

    /** The member that holds {@code name}'s parts: {@code cached_tokens}, {@code reasoning_tokens}, or empty. */
    static String detailOf(String name) {
        return switch (name) {
            case "prompt_tokens_details", "input_tokens_details" -> "cached_tokens";
            case "completion_tokens_details", "output_tokens_details" -> "reasoning_tokens";
            default -> "";
        };
    }

    static boolean isCount(String name) {
        return switch (name) {
            case "prompt_tokens", "input_tokens", "completion_tokens", "output_tokens", "total_tokens" -> true;
            default -> false;
        };
    }

    /** @param count negative when the member holds something else than a count */
    void set(String name, long count) {
        long counted = Math.max(0, count);
        switch (name) {
            case "prompt_tokens", "input_tokens" -> input = counted;
            case "completion_tokens", "output_tokens" -> output = counted;
            case "total_tokens" -> total = count < 0 ? ABSENT : count;
            case "cached_tokens" -> cached = counted;
            case "reasoning_tokens" -> reasoning = counted;
            default -> throw new IllegalArgumentException(name);
        }
    }

    /** A token count; -1 for text that cannot be one. */
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

    /** Some servers leave the sum out, or write null: it is that of the parts then. */
    Usage usage() {
        return new Usage(input, cached, output, reasoning, total == ABSENT ? input + output : total);
    }
}
