package io.backfill.models;

import java.util.Optional;
import java.util.OptionalInt;

/**
 * How calls are placed on a model's replicas, and how much of the replicas' capacity they may use.
 *
 * @param priority added to every body that has none; only for engines that support it, since others reject it
 * @param tokens prompt and output tokens that tenants may spend
 * @param requests calls that tenants may send; every attempt counts
 */
public record ModelTuning(
        Placement placement,
        Optional<Protection> protection,
        RouterHeaders router,
        OptionalInt priority,
        MinuteBudget tokens,
        MinuteBudget requests) {
    public static final ModelTuning DEFAULT = new ModelTuning(
            Placement.RANGES,
            Optional.of(Protection.DEFAULT),
            RouterHeaders.NONE,
            OptionalInt.empty(),
            MinuteBudget.UNLIMITED,
            MinuteBudget.UNLIMITED);

    /** Returns this tuning with every budget multiplied by {@code part}. */
    public ModelTuning withBudgets(double part) {
        return new ModelTuning(placement, protection, router, priority, tokens.part(part), requests.part(part));
    }

    /** Creates a tuning without a budget of requests. */
    public ModelTuning(
            Placement placement,
            Optional<Protection> protection,
            RouterHeaders router,
            OptionalInt priority,
            MinuteBudget tokens) {
        this(placement, protection, router, priority, tokens, MinuteBudget.UNLIMITED);
    }
}
