package io.backfill.fair;

import io.backfill.models.Model;

/** Port: this node's share of each model's cap. Called while the gate is locked, so it answers from memory. */
@FunctionalInterface
public interface CapShares {
    /** The share of a single node: the whole cap. */
    CapShares WHOLE = Model::maxInFlight;

    /** Returns how many calls of the model this node may have open now, from 0 to its cap; 0 while no share has been granted. */
    int slots(Model model);
}
