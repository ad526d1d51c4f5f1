package io.backfill.plan;

/**
 * One model's share of a plan; one partition of the job.
 *
 * @param partition from 0
 * @param order by which the entries are sorted
 * @param key of the stored entries
 * @param promptTokens of all prompts
 * @param leastTokens of them that must be computed at least, whatever the order and the cache: each shared beginning once
 */
public record ModelPlan(
        int partition, String model, int entries, String order, String key, long promptTokens, long leastTokens) {}
