package io.backfill.fair;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.backfill.batches.Racers;
import io.backfill.tenants.TenantId;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Tests that every {@link BudgetTable} must pass. */
public interface BudgetTableContract {
    BudgetKey TOKENS = new BudgetKey("m", new TenantId("a"), BudgetKey.Kind.TOKENS);
    BudgetKey REQUESTS = new BudgetKey("m", new TenantId("a"), BudgetKey.Kind.REQUESTS);
    /** A rate per minute so low that even a slow test, of half a second, sees only half a token arrive. */
    long SLOW = 60;

    BudgetTable budgets();

    /** Lets {@code by} pass, as seen by the clock that fills budgets. */
    void ageBudgets(Duration by);

    private double ask(BudgetKey key, long perMinute, double owed, double wanted) {
        return budgets()
                .exchange(List.of(new BudgetTable.Ask(key, perMinute, owed, wanted)))
                .getFirst();
    }

    @Test
    default void aNewBudgetShouldHaveASecondsWorth() {
        assertThat(ask(TOKENS, 60_000, 0, 400)).isEqualTo(400);
        assertThat(ask(TOKENS, 60_000, 0, 10_000)).isBetween(600.0, 1_000.0);
    }

    @Test
    default void whatIsOwedShouldBePaidBeforeAnythingIsTaken() {
        assertThat(ask(TOKENS, SLOW, 61, 0)).isZero();
        assertThat(ask(TOKENS, SLOW, 0, 10)).isZero();
        ageBudgets(Duration.ofSeconds(50));
        assertThat(ask(TOKENS, SLOW, 0, 10)).isZero();
        ageBudgets(Duration.ofSeconds(10));
        ageBudgets(Duration.ofMillis(500));
        assertThat(ask(TOKENS, SLOW, 0, 10)).isPositive().isLessThanOrEqualTo(1);
    }

    @Test
    default void whatIsPutBackShouldBeThereForOthersUpToTheCapacity() {
        double first = ask(TOKENS, SLOW, 0, 10);
        assertThat(first).isEqualTo(1);
        assertThat(ask(TOKENS, SLOW, -0.5, 0.25)).isEqualTo(0.25);
        ask(TOKENS, SLOW, -1_000, 0);
        assertThat(ask(TOKENS, SLOW, 0, 10)).isCloseTo(1, within(0.001));
    }

    @Test
    default void requestsShouldBeTakenWhole() {
        assertThat(ask(REQUESTS, SLOW, 0, 10)).isEqualTo(1);
        assertThat(ask(REQUESTS, SLOW, 0, 10)).isZero();
        ageBudgets(Duration.ofSeconds(1));
        assertThat(ask(REQUESTS, SLOW, 0, 10)).isEqualTo(1);
        assertThat(ask(TOKENS, SLOW, 0, 0.5)).isEqualTo(0.5);
    }

    @Test
    default void nodesThatAskAtOnceShouldNotTakeMoreThanIsThere() {
        for (int round = 0; round < 5; round++) {
            BudgetKey key = new BudgetKey("m", new TenantId("t" + round), BudgetKey.Kind.TOKENS);
            List<Double> taken = Racers.race(
                    8,
                    racer -> budgets()
                            .exchange(List.of(new BudgetTable.Ask(key, 1_000, 0, 5)))
                            .getFirst());
            // 16.7 at first; another 20 take more than a second to arrive
            assertThat(taken.stream().mapToDouble(Double::doubleValue).sum()).isBetween(16.0, 36.0);
        }
    }
}
