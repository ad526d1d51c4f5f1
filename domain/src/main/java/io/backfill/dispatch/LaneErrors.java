package io.backfill.dispatch;

/** How the lines of a lane fared of late. Guarded by the window's lock. */
final class LaneErrors {
    /** Errors in a row from which on the lane takes nothing over. */
    private static final int MANY = 8;

    /** Lines that the window gets answers for between two that such a lane is tried with. */
    private static final int BETWEEN_PROBES = 256;

    private int inARow;
    /** Lines that had succeeded in the window when the lane was last tried. */
    private long triedAt;

    void note(boolean success, long succeeded) {
        inARow = success ? 0 : inARow + 1;
        triedAt = succeeded;
    }

    /** The lane's last lines were all errors. */
    boolean only() {
        return inARow >= MANY;
    }

    boolean isProbeDue(long succeeded) {
        return succeeded - triedAt >= BETWEEN_PROBES;
    }

    /** Takes the turn, if it is due. */
    boolean tryProbe(long succeeded) {
        boolean due = isProbeDue(succeeded);
        triedAt = due ? succeeded : triedAt;
        return due;
    }
}
