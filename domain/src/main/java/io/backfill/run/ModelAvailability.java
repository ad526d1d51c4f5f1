package io.backfill.run;

/** Port that returns a model's current capacity on this node. Served from memory. */
public interface ModelAvailability {
    /** Returns the number of calls that this node may have open, at least 1. */
    int slots(String model);

    /** Whether a replica is believed to respond, or none has been tried yet. */
    boolean usable(String model);
}
