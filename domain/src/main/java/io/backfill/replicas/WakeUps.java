package io.backfill.replicas;

import java.util.OptionalLong;

/**
 * When calls that the pace of replicas refuses are worth another try. At most one wake-up is pending, unless an earlier one is needed.
 * Guarded by its fleet. Times are nano times.
 */
final class WakeUps {
    private boolean refused;
    private long refusedUntil;
    private boolean pending;
    private long pendingAt;

    /** Records that a replica refused a call until then. */
    void refusedUntil(long time) {
        refusedUntil = refused && refusedUntil - time <= 0 ? refusedUntil : time;
        refused = true;
    }

    /**
     * Returns the earliest time until which a call was refused since the last call of this method. Empty if there is none, or if a
     * wake-up that was returned before comes no later.
     */
    OptionalLong take(long now) {
        boolean covered = !refused || pending && pendingAt - now > 0 && pendingAt - refusedUntil <= 0;
        refused = false;
        if (covered) {
            return OptionalLong.empty();
        }
        pending = true;
        pendingAt = refusedUntil;
        return OptionalLong.of(pendingAt);
    }
}
