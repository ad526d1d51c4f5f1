package io.backfill.files;

/** Outcome of adding a part to an upload. */
public enum PartVerdict {
    ADDED,
    /** The upload has ended. */
    NOT_PENDING,
    /** The upload already has the maximum number of parts. */
    TOO_MANY,
    /** The parts together would exceed the size that the upload declared. */
    BEYOND_DECLARED
}
