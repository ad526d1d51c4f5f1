package io.backfill.fair;

import static java.lang.System.Logger.Level.DEBUG;

import java.util.Optional;

/** The balance of one of several nodes. Holds what was taken out of the {@link BudgetTable} and is not spent yet. */
final class LeasedBalance implements BudgetBalance {
    private static final System.Logger LOG = System.getLogger("io.backfill.fair");

    /** A node holds at most half a second's worth, which is lost if the node dies. */
    private static final double REACH = 0.5;

    private final BudgetKey key;
    private final Runnable wake;
    private long perMinute;
    private double left;
    /** Whether calls have used the balance since the last exchange. */
    private boolean used;
    /** Whether exchanges ask for nothing. */
    private boolean resting = true;
    /** Number of consecutive exchanges since the balance was last used. */
    private int idle;
    /** Whether the last exchange left out at least one unit of what was wanted. Only for the log. */
    private boolean lacking;

    LeasedBalance(BudgetKey key, long perMinute, Runnable wake) {
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
                // the next exchange asks for more
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

    /** Returns what to ask for now, or empty if nothing. What it puts back or settles leaves the balance at once. */
    synchronized Optional<BudgetTable.Ask> ask() {
        idle = used ? 0 : idle + 1;
        resting = !used;
        // at least one, or a small budget would never suffice for a request
        double target = used ? Math.max(1, key.kind().capacity(perMinute) * REACH) : 0;
        used = false;
        double owed = left > target ? target - left : Math.max(0, -left);
        left = Math.clamp(left, 0, target);
        double wanted = target - left;
        return owed == 0 && wanted == 0
                ? Optional.empty()
                : Optional.of(new BudgetTable.Ask(key, perMinute, owed, wanted));
    }

    synchronized void granted(BudgetTable.Ask ask, double taken) {
        left += taken;
        boolean lacks = ask.wanted() - taken >= 1;
        if (lacks != lacking) {
            lacking = lacks;
            LOG.log(
                    DEBUG,
                    () -> "%s of tenant %s at model %s are %s: %.1f of %.1f taken out of a budget of %d a minute"
                            .formatted(
                                    key.kind(),
                                    key.tenant(),
                                    key.model(),
                                    lacks ? "used up" : "sufficient again",
                                    taken,
                                    ask.wanted(),
                                    perMinute));
        }
    }

    /**
     * Handles an exchange that may have failed. What was to be settled is still owed. What was put back or granted may be lost, so
     * it is not added.
     */
    synchronized void failed(BudgetTable.Ask ask) {
        left -= Math.max(0, ask.owed());
    }
}
