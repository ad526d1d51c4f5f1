package io.backfill.dispatch;

/** Recent results of one lane. Guarded by the window's lock. */
final class LaneErrors {
    /** Consecutive errors after which the lane takes over no lines of other lanes, except for probes. */
    private static final int MANY = 8;

    /** Successful lines of the window between two probes of such a lane. */
    private static final int BETWEEN_PROBES = 256;

    private int inARow;
    /** Successful lines of the window when the lane last finished a line or was probed. */
    private long triedAt;

    void note(boolean success, long succeeded) {
        inARow = success ? 0 : inARow + 1;
        triedAt = succeeded;
    }

    /** Returns whether the recent lines of the lane were all errors. */
    boolean only() {
        return inARow >= MANY;
    }

    boolean isProbeDue(long succeeded) {
        return succeeded - triedAt >= BETWEEN_PROBES;
    }

    /** Claims the probe if it is due. Returns whether it was. */
    boolean tryProbe(long succeeded) {
        boolean due = isProbeDue(succeeded);
        triedAt = due ? succeeded : triedAt;
        return due;
    }
}
