package io.backfill.fair;

import io.backfill.models.Model;

/** Port: how much of a model's cap this node has. Asked while the gate is locked: answers from memory. */
@FunctionalInterface
public interface CapShares {
    /** The one node there is has all of it. */
    CapShares WHOLE = Model::maxInFlight;

    /** Calls of the model that this node may have open now, 0 to its cap; 0 while nobody has granted any. */
    int slots(Model model);
}
