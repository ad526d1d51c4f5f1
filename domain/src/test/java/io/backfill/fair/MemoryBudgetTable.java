package io.backfill.fair;

import io.backfill.errors.BackfillException;
import io.backfill.errors.ErrorCode;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Budgets in a map. The injected time serves as the database's clock. A test can make the table unavailable. */
final class MemoryBudgetTable implements BudgetTable {
    private final InstantSource time;
    private final Map<BudgetKey, BudgetLevel> levels = new HashMap<>();
    private boolean away;

    MemoryBudgetTable(InstantSource time) {
        this.time = time;
    }

    void setAway(boolean now) {
        away = now;
    }

    @Override
    public synchronized List<Double> exchange(List<Ask> asks) {
        if (away) {
            throw new BackfillException(ErrorCode.UNAVAILABLE, "away");
        }
        long now = time.millis();
        List<Double> taken = new ArrayList<>();
        for (Ask ask : asks) {
            BudgetLevel level =
                    levels.getOrDefault(ask.key(), BudgetLevel.full(ask, now)).settled(ask, now);
            double granted = level.grant(ask);
            levels.put(ask.key(), level.minus(granted));
            taken.add(granted);
        }
        return taken;
    }
}
