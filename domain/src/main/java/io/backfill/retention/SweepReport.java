package io.backfill.retention;

/** Hears what sweeps did. Thread-safe. */
public interface SweepReport {
    /** So many things of this kind were removed just now. */
    void removed(String kind, long things);

    /** A whole dry run found so many things of this kind that would be removed. */
    void removable(String kind, long things);
}
