package io.backfill.batches;

import java.util.Optional;

/**
 * What is known of nodes that died with the batch open, and what an operator decided about it. Written without a new version of
 * the row.
 *
 * @param startsWithoutEnd claims that no orderly end followed; the one that is open now is among them
 * @param pause empty while the batch may be worked on
 * @param settle an operator wants the batch ended with the results that can be read
 */
public record Supervision(int startsWithoutEnd, Optional<BatchPause> pause, boolean settle) {
    /** A batch with which so many nodes died is a suspect: it runs by itself, slowly at first. */
    public static final int SUSPECT_FROM = 2;

    /** A batch with which so many nodes died is set aside. */
    public static final int SET_ASIDE_FROM = 5;

    /**
     * A batch that has only to be settled, because it was cancelled or its window has ended, sends nothing and is claimed also when
     * it was set aside; but not when so many nodes died.
     */
    public static final int LEFT_ALONE_FROM = 10;

    public static final Supervision NONE = new Supervision(0, Optional.empty(), false);

    public Supervision {
        if (startsWithoutEnd < 0) {
            throw new IllegalArgumentException("starts without end are at least 0, not " + startsWithoutEnd);
        }
    }

    /** Deaths that are known while a claim is open. */
    public int earlierDeaths() {
        return Math.max(0, startsWithoutEnd - 1);
    }

    /** After another claim. */
    public Supervision started() {
        return new Supervision(startsWithoutEnd + 1, pause, settle);
    }

    /**
     * After an orderly end of the open claim. It clears a batch that is no suspect. A suspect that was not found harmless keeps its
     * earlier deaths: a hand-back in time proves nothing of the lines that were not sent yet.
     */
    public Supervision left() {
        return new Supervision(startsWithoutEnd > SUSPECT_FROM ? startsWithoutEnd - 1 : 0, pause, settle);
    }

    /** With one start less: its node lives and has only lost the lease. */
    public Supervision excused() {
        return new Supervision(Math.max(0, startsWithoutEnd - 1), pause, settle);
    }

    /** The open claim has shown that the batch does no harm. */
    public Supervision cleared() {
        return new Supervision(1, pause, settle);
    }

    public Supervision paused(BatchPause why) {
        return new Supervision(startsWithoutEnd, Optional.of(why), settle);
    }

    /** @param held whether a claim is open */
    public Supervision resumed(boolean held) {
        return new Supervision(held ? 1 : 0, Optional.empty(), settle);
    }

    public Supervision settling() {
        return new Supervision(startsWithoutEnd, pause, true);
    }
}
