package io.backfill.files;

/** What became of a part that arrived. */
public enum PartVerdict {
    ADDED,
    /** The upload has ended. */
    NOT_PENDING,
    /** The upload has as many parts as it may have. */
    TOO_MANY,
    /** All parts together would have more bytes than the upload declared. */
    BEYOND_DECLARED
}
