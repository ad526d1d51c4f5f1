package io.backfill.batches;

import java.util.Locale;

/** Where a batch is in its life; see {@link BatchTransitions}. */
public enum BatchStatus {
    /** The input is read and checked; nothing was sent. */
    VALIDATING(false),
    /** Lines are sent. */
    IN_PROGRESS(false),
    /** Every line has its result; the files are made. */
    FINALIZING(false),
    /** Done, even if every line failed. */
    COMPLETED(true),
    /** The input was refused; nothing was sent. */
    FAILED(true),
    /** The window ended first; what was done is in the files. */
    EXPIRED(true),
    /** A cancel was accepted; open calls run out. */
    CANCELLING(false),
    /** Settled after a cancel; what was done is in the files. */
    CANCELLED(true);

    private final boolean terminal;

    BatchStatus(boolean terminal) {
        this.terminal = terminal;
    }

    /** No event changes a terminal batch. */
    public boolean terminal() {
        return terminal;
    }

    public String wireName() {
        return name().toLowerCase(Locale.ROOT);
    }
}
