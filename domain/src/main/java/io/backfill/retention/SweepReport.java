package io.backfill.retention;

/** Receives the results of sweeps. Thread-safe. */
public interface SweepReport {
    /** Called after {@code things} items of this kind were removed. */
    void removed(String kind, long things);

    /** Called after a complete dry run that found {@code things} items of this kind to remove. */
    void removable(String kind, long things);
}
