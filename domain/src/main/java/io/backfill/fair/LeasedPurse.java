package io.backfill.fair;

import java.util.Optional;

/** The purse of one of several nodes: holds what was taken out of the {@link BudgetTable} and not yet spent. */
final class LeasedPurse implements Purse {
    /** A node holds no more than half a second's worth: that much is lost with it. */
    private static final double REACH = 0.5;

    private final BudgetKey key;
    private final Runnable wake;
    private long perMinute;
    private double left;
    /** Calls came since the last exchange. */
    private boolean used;
    /** No exchange asks for anything. */
    private boolean resting = true;
    /** Exchanges in a row that found nothing used. */
    private int idle;

    LeasedPurse(BudgetKey key, long perMinute, Runnable wake) {
        this.key = key;
        this.perMinute = perMinute;
        this.wake = wake;
    }

    @Override
    public boolean mayGo(long budget) {
        synchronized (this) {
            perMinute = budget;
            used = true;
            if (key.kind().allows(left)) {
                return true;
            }
            if (!resting) {
                // the next exchange will ask for it
                return false;
            }
            resting = false;
        }
        wake.run();
        return false;
    }

    @Override
    public synchronized void spend(double amount) {
        left -= amount;
        used = true;
    }

    @Override
    public synchronized boolean isLikeNew() {
        return idle > 1 && !used && left == 0;
    }

    /** What to ask for now; what is put back or settled by it is out of the purse from here on. Empty: nothing. */
    synchronized Optional<BudgetTable.Ask> ask() {
        idle = used ? 0 : idle + 1;
        resting = !used;
        // at least one, or a small budget would never be enough for a request
        double target = used ? Math.max(1, key.kind().capacity(perMinute) * REACH) : 0;
        used = false;
        double owed = left > target ? target - left : Math.max(0, -left);
        left = Math.clamp(left, 0, target);
        double wanted = target - left;
        return owed == 0 && wanted == 0
                ? Optional.empty()
                : Optional.of(new BudgetTable.Ask(key, perMinute, owed, wanted));
    }

    synchronized void granted(double taken) {
        left += taken;
    }

    /** The exchange may have failed: what was to be settled is owed still; what was put back or granted is not counted on. */
    synchronized void failed(BudgetTable.Ask ask) {
        left -= Math.max(0, ask.owed());
    }
}
