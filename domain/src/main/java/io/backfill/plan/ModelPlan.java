package io.backfill.plan;

/**
 * The plan of one model or shard, which is one partition of the job.
 *
 * @param partition number, from 0
 * @param order by which the entries are sorted
 * @param key of the stored entries
 * @param promptTokens total of all prompts
 * @param leastTokens minimum number of prompt tokens that must be computed in any order and with any cache: each shared prefix
 *     once
 */
public record ModelPlan(
        int partition, String model, int entries, String order, String key, long promptTokens, long leastTokens) {}
