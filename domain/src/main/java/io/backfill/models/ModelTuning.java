package io.backfill.models;

import java.util.Optional;
import java.util.OptionalInt;

/**
 * How calls are placed on a model's endpoints and how much they may take of them.
 *
 * @param priority put into every body that has none; only for engines that honour it, others refuse it
 * @param tokens that tenants may spend, prompt and answer
 * @param requests that tenants may send, every attempt that goes out
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

    /** With that part of every budget. */
    public ModelTuning withBudgets(double part) {
        return new ModelTuning(placement, protection, router, priority, tokens.part(part), requests.part(part));
    }

    /** Without a budget of requests. */
    public ModelTuning(
            Placement placement,
            Optional<Protection> protection,
            RouterHeaders router,
            OptionalInt priority,
            MinuteBudget tokens) {
        this(placement, protection, router, priority, tokens, MinuteBudget.UNLIMITED);
    }
}
