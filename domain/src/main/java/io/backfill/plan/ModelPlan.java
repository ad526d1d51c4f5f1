package io.backfill.plan;

/**
 * One model's share of a plan; one partition of the job.
 *
 * @param partition from 0
 * @param key of the stored entries
 */
public record ModelPlan(int partition, String model, int entries, String order, String key) {}
