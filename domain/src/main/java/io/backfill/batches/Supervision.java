package io.backfill.batches;

import java.util.Optional;

/**
 * Nodes that died while they ran the batch, and decisions of operators about it. Written without changing the version of the row.
 *
 * @param startsWithoutEnd claims that did not end in an orderly way, including the claim that is open now
 * @param pause empty while the batch may be run
 * @param settle whether an operator requested that the batch is ended with the results that can be read
 */
public record Supervision(int startsWithoutEnd, Optional<BatchPause> pause, boolean settle) {
    /** Number of deaths that makes a batch a suspect: it runs alone, slowly at first. */
    public static final int SUSPECT_FROM = 2;

    /** Number of deaths at which a batch is set aside. */
    public static final int SET_ASIDE_FROM = 5;

    /**
     * Number of deaths at which a batch is not claimed at all. Below this, a batch that only has to be settled, because it was
     * cancelled or its window has ended, is claimed even if it was set aside: it sends nothing.
     */
    public static final int LEFT_ALONE_FROM = 10;

    public static final Supervision NONE = new Supervision(0, Optional.empty(), false);

    public Supervision {
        if (startsWithoutEnd < 0) {
            throw new IllegalArgumentException("starts without end must be at least 0, not " + startsWithoutEnd);
        }
    }

    /** Returns the number of deaths known while a claim is open. */
    public int earlierDeaths() {
        return Math.max(0, startsWithoutEnd - 1);
    }

    /** Returns the state after another claim. */
    public Supervision started() {
        return new Supervision(startsWithoutEnd + 1, pause, settle);
    }

    /**
     * Returns the state after an orderly end of the open claim. The end clears a batch that is no suspect. A suspect that was not
     * cleared keeps its earlier deaths, because an orderly release proves nothing about the lines that were not sent yet.
     */
    public Supervision left() {
        return new Supervision(startsWithoutEnd > SUSPECT_FROM ? startsWithoutEnd - 1 : 0, pause, settle);
    }

    /** Returns the state with one start less, whose node is alive and has only lost the lease. */
    public Supervision excused() {
        return new Supervision(Math.max(0, startsWithoutEnd - 1), pause, settle);
    }

    /** Returns the state after the open claim has shown that the batch does no harm. */
    public Supervision cleared() {
        return new Supervision(1, pause, settle);
    }

    public Supervision paused(BatchPause why) {
        return new Supervision(startsWithoutEnd, Optional.of(why), settle);
    }

    /** Returns the state without a pause, with the same number of deaths. */
    public Supervision unpaused() {
        return new Supervision(startsWithoutEnd, Optional.empty(), settle);
    }

    /** @param held whether a claim is open */
    public Supervision resumed(boolean held) {
        return new Supervision(held ? 1 : 0, Optional.empty(), settle);
    }

    public Supervision settling() {
        return new Supervision(startsWithoutEnd, pause, true);
    }
}
