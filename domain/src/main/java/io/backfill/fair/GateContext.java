package io.backfill.fair;

import io.backfill.admission.NodeCapacity;
import io.backfill.models.Model;
import java.util.function.LongSupplier;
import java.util.function.UnaryOperator;

/**
 * What the gates of all models depend on. Everything is called under the lock of a gate, so it answers from memory.
 *
 * @param capacity capacity of the node, shared by its models
 * @param current returns the current configuration of a model, given its configuration when the call arrived
 */
public record GateContext(
        Places places,
        DeadlineWatch deadlines,
        TenantShares shares,
        CapShares caps,
        NodeCapacity capacity,
        UnaryOperator<Model> current,
        LongSupplier nanoTime) {}
