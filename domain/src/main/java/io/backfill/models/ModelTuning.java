package io.backfill.models;

import java.util.Optional;
import java.util.OptionalInt;

/**
 * How calls are placed on a model's endpoints and how much they may take of them.
 *
 * @param priority put into every body that has none; only for engines that honour it, others refuse it
 */
public record ModelTuning(
        Placement placement,
        Optional<Protection> protection,
        RouterHeaders router,
        OptionalInt priority,
        TokenBudget tokens) {
    public static final ModelTuning DEFAULT = new ModelTuning(
            Placement.RANGES,
            Optional.of(Protection.DEFAULT),
            RouterHeaders.NONE,
            OptionalInt.empty(),
            TokenBudget.UNLIMITED);
}
