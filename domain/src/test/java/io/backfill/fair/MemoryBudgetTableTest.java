package io.backfill.fair;

import io.backfill.testing.SettableTime;
import java.time.Duration;

class MemoryBudgetTableTest implements BudgetTableContract {
    private final SettableTime time = SettableTime.standing();
    private final MemoryBudgetTable table = new MemoryBudgetTable(time);

    @Override
    public BudgetTable budgets() {
        return table;
    }

    @Override
    public void ageBudgets(Duration by) {
        time.advance(by);
    }
}
