package io.backfill.fair;

import io.backfill.errors.BackfillException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/**
 * Keeps the purses of this node filled from a {@link BudgetTable}. Without the database calls go on until what was taken out is
 * spent. Thread-safe; {@link #exchangeOnce} is for one thread.
 */
public final class LeasedBudgets {
    /** Asks in one transaction: its rows are locked until it ends. */
    private static final int AT_ONCE = 100;

    private static final Comparator<Open> BY_KEY = Comparator.comparing(
                    (Open open) -> open.ask().key().model())
            .thenComparing(open -> open.ask().key().tenant().value())
            .thenComparing(open -> open.ask().key().kind());

    /** Passes left out after one that failed: the database is asked once a second then. */
    private static final int PAUSES = 3;

    private final BudgetTable table;
    private volatile Runnable wake = () -> {};
    private final Budgets budgets;
    /** For the thread of {@link #exchangeOnce}. */
    private int pauses;

    public LeasedBudgets(BudgetTable table) {
        this.table = table;
        this.budgets = new Budgets((key, perMinute) -> new LeasedPurse(key, perMinute, () -> wake.run()));
    }

    public Budgets budgets() {
        return budgets;
    }

    /** Called when a call waits for a budget of which this node has taken nothing lately. Must not block. */
    public void onFirstCall(Runnable newWake) {
        wake = newWake;
    }

    private record Open(LeasedPurse purse, BudgetTable.Ask ask) {}

    /**
     * One pass, a few times a second: settles what was spent and takes out what is needed next. Asks nothing where no budget is in use.
     *
     * @return whether calls that wait may go now
     * @throws BackfillException when the database is away; purses last until they are spent
     */
    public boolean exchangeOnce() {
        if (pauses > 0) {
            pauses--;
            return false;
        }
        List<Open> asks = new ArrayList<>();
        for (Purse purse : budgets.open()) {
            if (purse instanceof LeasedPurse leased) {
                leased.ask().ifPresent(ask -> asks.add(new Open(leased, ask)));
            }
        }
        // every node locks rows in the same order
        asks.sort(BY_KEY);
        boolean granted = false;
        for (int from = 0; from < asks.size(); from += AT_ONCE) {
            granted |= exchange(asks, from, Math.min(asks.size(), from + AT_ONCE));
        }
        return granted;
    }

    private boolean exchange(List<Open> all, int from, int to) {
        List<Open> some = all.subList(from, to);
        List<Double> taken;
        try {
            taken = table.exchange(some.stream().map(Open::ask).toList());
        } catch (RuntimeException e) {
            pauses = PAUSES;
            all.subList(from, all.size()).forEach(open -> open.purse().failed(open.ask()));
            throw e;
        }
        boolean granted = false;
        for (int i = 0; i < some.size(); i++) {
            some.get(i).purse().granted(taken.get(i));
            granted |= taken.get(i) > 0;
        }
        return granted;
    }
}
