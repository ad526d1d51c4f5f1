package io.backfill.fair;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.backfill.ids.BatchId;
import io.backfill.testing.SeededIds;
import io.backfill.testing.SeededRandom;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.RepetitionInfo;
import org.junit.jupiter.api.Test;

/** All numbers are whole, so that work that just fits can be distinguished from work that just does not. */
class FeasibilityTest {
    private static final Instant NOW = Instant.parse("2026-11-03T10:00:00Z");

    @RepeatedTest(300)
    void aBatchShouldBeAtRiskExactlyWhenMoreIsDueByItsDeadlineThanFits(RepetitionInfo run) {
        Random random = SeededRandom.of(run);
        long rate = 1 + random.nextInt(5);
        List<Demand> demands = demands(random, 1 + random.nextInt(12), -3);

        Map<BatchId, DeadlineRisk> assessed = Feasibility.of(demands, rate, rate, NOW);

        assertThat(assessed).hasSameSizeAs(demands);
        for (Demand demand : demands) {
            long due = demands.stream()
                    .filter(other -> !other.deadline().isAfter(demand.deadline()))
                    .mapToLong(Demand::cost)
                    .sum();
            long fits = rate * secondsLeft(demand);
            DeadlineRisk risk = of(assessed, demand);
            assertThat(risk.atRisk()).as("%s: %s", demand, demands).isEqualTo(due > fits);
            assertThat(risk.feasibleAlone()).as("%s", demand).isEqualTo(demand.cost() <= fits);
            if (fits > 0) {
                assertThat(risk.urgency()).isCloseTo((double) due / fits, within(1e-9));
            }
        }
    }

    /** The bound is exact: if no batch is at risk, earliest deadline first meets all deadlines; if one is, no order does. */
    @RepeatedTest(300)
    void somebodyShouldBeAtRiskExactlyWhenNoOrderMeetsEveryDeadline(RepetitionInfo run) {
        Random random = SeededRandom.of(run);
        long rate = 1 + random.nextInt(5);
        List<Demand> demands = demands(random, 1 + random.nextInt(5), 1);

        boolean somebody =
                Feasibility.of(demands, rate, rate, NOW).values().stream().anyMatch(DeadlineRisk::atRisk);

        assertThat(somebody).as("%s at %s", demands, rate).isEqualTo(!canAllBeMet(demands, 0, rate));
    }

    private static boolean canAllBeMet(List<Demand> left, long done, long rate) {
        for (Demand next : left) {
            long ends = done + next.cost();
            List<Demand> others = new ArrayList<>(left);
            others.remove(next);
            if (ends <= rate * secondsLeft(next) && canAllBeMet(others, ends, rate)) {
                return true;
            }
        }
        return left.isEmpty();
    }

    /** No batch is pressed, so all get equal shares. The oracle assigns the work unit by unit. */
    @RepeatedTest(100)
    void theExpectedEndShouldBeThatOfEqualSharesWhileNobodyIsPressed(RepetitionInfo run) {
        Random random = SeededRandom.of(run);
        List<Demand> demands = new ArrayList<>();
        for (int i = 0; i < 1 + random.nextInt(8); i++) {
            demands.add(new Demand(SeededIds.batch(i), "m", NOW.plusSeconds(100_000), 1 + random.nextInt(300)));
        }

        Map<BatchId, DeadlineRisk> assessed = Feasibility.of(demands, 1, 1, NOW);

        long[] left = demands.stream().mapToLong(Demand::cost).toArray();
        long seconds = 0;
        boolean more = true;
        while (more) {
            more = false;
            for (int i = 0; i < left.length; i++) {
                if (left[i] > 0) {
                    seconds++;
                    left[i]--;
                    more = true;
                    if (left[i] == 0) {
                        Instant end = of(assessed, demands.get(i)).expectedEnd().orElseThrow();
                        assertThat(Duration.between(NOW, end).toSeconds()).isBetween(seconds, seconds + demands.size());
                    }
                }
            }
        }
    }

    @Test
    void aPressedBatchShouldEndWhenAllThatIsDueBeforeItIsDone() {
        Demand first = new Demand(SeededIds.batch(1), "m", NOW.plusSeconds(10), 80);
        Demand second = new Demand(SeededIds.batch(2), "m", NOW.plusSeconds(20), 100);
        Demand late = new Demand(SeededIds.batch(3), "m", NOW.plusSeconds(10_000), 500);

        Map<BatchId, DeadlineRisk> assessed = Feasibility.of(List.of(late, second, first), 10, 10, NOW);

        assertThat(of(assessed, first).expectedEnd()).contains(NOW.plusSeconds(8));
        assertThat(of(assessed, second).expectedEnd()).contains(NOW.plusSeconds(18));
        assertThat(of(assessed, late).expectedEnd()).contains(NOW.plusSeconds(68));
    }

    /** While the model is temporarily slow, other batches must not go before a batch that can still meet its deadline. */
    @Test
    void aBatchShouldBeGivenUpOnlyWhenTheModelsBestWouldNotDo() {
        Demand tight = new Demand(SeededIds.batch(1), "m", NOW.plusSeconds(10), 110);
        Demand hopeless = new Demand(SeededIds.batch(2), "m", NOW.plusSeconds(10), 130);

        Map<BatchId, DeadlineRisk> assessed = Feasibility.of(List.of(tight, hopeless), 10, 12, NOW);

        assertThat(of(assessed, tight).atRisk()).isTrue();
        assertThat(of(assessed, tight).feasibleAlone()).isTrue();
        assertThat(of(assessed, hopeless).feasibleAlone()).isFalse();
    }

    private static List<Demand> demands(Random random, int count, int earliest) {
        List<Demand> demands = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            Instant deadline = NOW.plusSeconds(earliest + random.nextInt(20));
            demands.add(
                    new Demand(SeededIds.batch(random.nextInt(1000) * 100 + i), "m", deadline, 1 + random.nextInt(20)));
        }
        return demands;
    }

    private static long secondsLeft(Demand demand) {
        return Duration.between(NOW, demand.deadline()).toSeconds();
    }

    private static DeadlineRisk of(Map<BatchId, DeadlineRisk> assessed, Demand demand) {
        return Objects.requireNonNull(assessed.get(demand.batch()));
    }
}
