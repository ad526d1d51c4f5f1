package io.backfill.fair;

import io.backfill.errors.BackfillException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/**
 * Fills the balances of this node from a {@link BudgetTable}. While the database is unavailable, calls continue until what was taken
 * out is spent. Thread-safe; {@link #exchangeOnce} is for one thread.
 */
public final class LeasedBudgets {
    /** Maximum number of asks per transaction, which locks their rows until it ends. */
    private static final int AT_ONCE = 100;

    private static final Comparator<Open> BY_KEY = Comparator.comparing(
                    (Open open) -> open.ask().key().model())
            .thenComparing(open -> open.ask().key().tenant().value())
            .thenComparing(open -> open.ask().key().kind());

    /** Passes skipped after a failed one, so that an unavailable database is tried once a second. */
    private static final int PAUSES = 3;

    private final BudgetTable table;
    private volatile Runnable wake = () -> {};
    private final Budgets budgets;
    /** Only for the thread of {@link #exchangeOnce}. */
    private int pauses;

    public LeasedBudgets(BudgetTable table) {
        this.table = table;
        this.budgets = new Budgets((key, perMinute) -> new LeasedBalance(key, perMinute, () -> wake.run()));
    }

    public Budgets budgets() {
        return budgets;
    }

    /** Sets what runs when a call waits for a budget of which this node has taken nothing recently. Must not block. */
    public void onFirstCall(Runnable newWake) {
        wake = newWake;
    }

    private record Open(LeasedBalance balance, BudgetTable.Ask ask) {}

    /**
     * Settles what was spent and takes out what is needed next. Called a few times a second. Does not use the database while no
     * budget is in use.
     *
     * @return whether waiting calls may now be admitted
     * @throws BackfillException if the database is unavailable; balances last until they are spent
     */
    public boolean exchangeOnce() {
        if (pauses > 0) {
            pauses--;
            return false;
        }
        List<Open> asks = new ArrayList<>();
        for (BudgetBalance balance : budgets.open()) {
            if (balance instanceof LeasedBalance leased) {
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
            all.subList(from, all.size()).forEach(open -> open.balance().failed(open.ask()));
            throw e;
        }
        boolean granted = false;
        for (int i = 0; i < some.size(); i++) {
            some.get(i).balance().granted(some.get(i).ask(), taken.get(i));
            granted |= taken.get(i) > 0;
        }
        return granted;
    }
}
