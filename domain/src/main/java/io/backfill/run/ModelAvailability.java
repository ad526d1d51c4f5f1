package io.backfill.run;

/** Port: what this node can do for a model now. Answers from memory. */
public interface ModelAvailability {
    /** Calls that this node may have open, at least 1. */
    int slots(String model);

    /** Whether a replica is believed to answer, or none was tried yet. */
    boolean usable(String model);
}
