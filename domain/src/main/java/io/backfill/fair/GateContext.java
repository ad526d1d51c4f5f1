package io.backfill.fair;

import io.backfill.admission.NodeCapacity;
import io.backfill.models.Model;
import java.util.function.LongSupplier;
import java.util.function.UnaryOperator;

/**
 * What the gates of all models ask. All of it is asked under a gate's lock, so it answers from memory.
 *
 * @param capacity of the node, which its models share
 * @param current the model as it is configured now, from one as it was when the call came
 */
public record GateContext(
        Places places,
        DeadlineWatch deadlines,
        TenantShares shares,
        CapShares caps,
        NodeCapacity capacity,
        UnaryOperator<Model> current,
        LongSupplier nanoTime) {}
