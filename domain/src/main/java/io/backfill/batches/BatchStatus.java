package io.backfill.batches;

import java.util.Locale;

/** The status of a batch; see {@link BatchTransitions}. */
public enum BatchStatus {
    /** The input is being read and checked; nothing was sent. */
    VALIDATING(false),
    /** Lines are being sent. */
    IN_PROGRESS(false),
    /** Every line has its result; the result files are being made. */
    FINALIZING(false),
    /** Every line has its result, even if every line failed. */
    COMPLETED(true),
    /** The input was rejected; nothing was sent. */
    FAILED(true),
    /** The window ended first; the results so far are in the files. */
    EXPIRED(true),
    /** A cancel was accepted; open calls are finishing. */
    CANCELLING(false),
    /** The batch ended after a cancel; the results so far are in the files. */
    CANCELLED(true);

    private final boolean terminal;

    BatchStatus(boolean terminal) {
        this.terminal = terminal;
    }

    /** Returns whether the status is final: no event changes a terminal batch. */
    public boolean terminal() {
        return terminal;
    }

    public String wireName() {
        return name().toLowerCase(Locale.ROOT);
    }
}
