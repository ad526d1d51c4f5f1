package io.backfill.simulator.engine;

import java.util.Locale;

/**
 * How long a step of an engine takes, as a sum of what it computes.
 *
 * @param stepSeconds reading the weights, launching kernels and scheduling, in every step
 * @param prefillTokensPerSecond compute rate of prompts, without the attention to earlier tokens
 * @param prefillPairsPerSecond pairs of a prompt's token and an earlier token of it that are computed per second;
 *     infinite if the attention of prompts is part of {@code prefillTokensPerSecond}
 * @param kvBytesPerToken cache bytes that a decode reads per token of its context
 * @param kvBytesPerSecond memory bandwidth available for these reads
 * @param perSequenceSeconds work per sequence of a step
 */
public record StepTimes(
        double stepSeconds,
        double prefillTokensPerSecond,
        double prefillPairsPerSecond,
        double kvBytesPerToken,
        double kvBytesPerSecond,
        double perSequenceSeconds) {
    public StepTimes {
        if (!(stepSeconds >= 0 && perSequenceSeconds >= 0 && kvBytesPerToken >= 0)) {
            throw new IllegalArgumentException("times and sizes must not be negative");
        }
        if (!(prefillTokensPerSecond > 0 && prefillPairsPerSecond > 0 && kvBytesPerSecond > 0)) {
            throw new IllegalArgumentException("rates must be positive");
        }
    }

    /**
     * Returns the duration of one step in seconds.
     *
     * @param prefillPairs pairs of a computed token of a prompt and an earlier token of the same prompt
     * @param contextTokensOfDecodes total length of the sequences that decode
     * @param sequences number of sequences that compute something
     */
    public double seconds(int prefillTokens, double prefillPairs, long contextTokensOfDecodes, int sequences) {
        return stepSeconds
                + prefillTokens / prefillTokensPerSecond
                + prefillPairs / prefillPairsPerSecond
                + contextTokensOfDecodes * kvBytesPerToken / kvBytesPerSecond
                + sequences * perSequenceSeconds;
    }

    /** Returns all times in one line, for reports. */
    @Override
    public String toString() {
        String pairs = Double.isInfinite(prefillPairsPerSecond)
                ? ""
                : String.format(Locale.ROOT, " and %.1f million pairs/s", prefillPairsPerSecond / 1e6);
        return String.format(
                Locale.ROOT,
                "step %.1f ms + prefill at %.0f tokens/s%s + KV %.0f bytes/token at %.4g TB/s + %.0f us/sequence",
                stepSeconds * 1e3,
                prefillTokensPerSecond,
                pairs,
                kvBytesPerToken,
                kvBytesPerSecond / 1e12,
                perSequenceSeconds * 1e6);
    }
}
