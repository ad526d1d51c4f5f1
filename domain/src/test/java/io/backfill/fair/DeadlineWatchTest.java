package io.backfill.fair;

import static org.assertj.core.api.Assertions.assertThat;

import io.backfill.ids.BatchId;
import io.backfill.testing.SeededIds;
import io.backfill.testing.SeededRandom;
import io.backfill.testing.SettableTime;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.RepetitionInfo;
import org.junit.jupiter.api.Test;

class DeadlineWatchTest {
    private static final BatchId ONE = SeededIds.batch(1);

    private final SettableTime time = SettableTime.standing();
    private final DeadlineWatch watch = new DeadlineWatch(time, time);

    /**
     * The work stays the same while its window runs out: the batch is at risk from the first pass in which the work no longer fits.
     */
    @RepeatedTest(50)
    void riskShouldBeginWithTheSecondInWhichTheWorkNoLongerFits(RepetitionInfo run) {
        Random random = SeededRandom.of(run);
        long rate = 1 + random.nextInt(50);
        long cost = rate * (2 + random.nextInt(20)) + random.nextInt((int) rate);
        Instant deadline = time.instant().plusSeconds(40);
        for (int second = 1; second < 60; second++) {
            pass(List.of(new Demand(ONE, "m", deadline, cost)), Map.of("m", rate));
            if (second >= 2) {
                long left = Duration.between(time.instant(), deadline).toSeconds();
                assertThat(watch.of(ONE).atRisk()).as("%d s left", left).isEqualTo(cost > rate * left);
                // a batch is declared infeasible only after half a minute of measurements, and a quarter more than the
                // rate may be hoped for
                assertThat(watch.of(ONE).feasibleAlone()).isEqualTo(second < 30 || cost <= 1.25 * rate * left);
                assertThat(watch.atRisk()).isEqualTo(cost > rate * left ? 1 : 0);
            }
        }
    }

    /**
     * Batches with several models: one model that cannot meet the deadline is enough, and the model that ends last determines the
     * end.
     */
    @RepeatedTest(100)
    void aBatchShouldBeAtRiskWhereAnyOfItsModelsIs(RepetitionInfo run) {
        Random random = SeededRandom.of(run);
        Map<String, Long> rates = Map.of("k", 1 + (long) random.nextInt(9), "l", 3L, "m", 5L);
        int batches = 1 + random.nextInt(8);
        List<Demand> demands = new ArrayList<>();
        for (int batch = 0; batch < batches; batch++) {
            Instant deadline = time.instant().plusSeconds(5 + random.nextInt(30));
            for (String model : List.of("k", "l", "m")) {
                if (random.nextInt(3) > 0) {
                    demands.add(new Demand(SeededIds.batch(batch), model, deadline, random.nextInt(40)));
                }
            }
        }

        for (int second = 0; second < 4; second++) {
            pass(demands, rates);
        }

        Set<BatchId> atRisk = new HashSet<>();
        for (Demand demand : demands) {
            long left = Duration.between(time.instant(), demand.deadline()).toSeconds();
            long due = demands.stream()
                    .filter(other -> other.model().equals(demand.model())
                            && !other.deadline().isAfter(demand.deadline()))
                    .mapToLong(Demand::cost)
                    .sum();
            if (demand.cost() > 0 && due > left * rates.getOrDefault(demand.model(), 0L)) {
                atRisk.add(demand.batch());
            }
        }
        for (int batch = 0; batch < batches; batch++) {
            BatchId id = SeededIds.batch(batch);
            assertThat(watch.of(id).atRisk()).as("%s of %s", id, demands).isEqualTo(atRisk.contains(id));
        }
        assertThat(watch.atRisk()).isEqualTo(atRisk.size());
    }

    @Test
    void theWorseOfTwoRisksShouldHoldInEveryPart() {
        Instant soon = time.instant();
        Instant late = soon.plusSeconds(1);
        DeadlineRisk urgent = new DeadlineRisk(1.5, true, Optional.of(soon));
        DeadlineRisk slow = new DeadlineRisk(0.2, false, Optional.of(late));

        assertThat(urgent.and(slow)).isEqualTo(new DeadlineRisk(1.5, false, Optional.of(late)));
        assertThat(slow.and(urgent)).isEqualTo(urgent.and(slow));
        assertThat(urgent.and(DeadlineRisk.UNKNOWN)).isEqualTo(urgent);
        assertThat(DeadlineRisk.UNKNOWN.and(urgent)).isEqualTo(urgent);
    }

    @Test
    void justFullShouldNotBeAtRisk() {
        assertThat(new DeadlineRisk(1, true, Optional.empty()).atRisk()).isFalse();
        assertThat(new DeadlineRisk(Math.nextUp(1.0), true, Optional.empty()).atRisk())
                .isTrue();
    }

    @Test
    void aBatchShouldBeUrgentOnlyWhileItCanMeetItsDeadline() {
        DeadlineRisk urgent = new DeadlineRisk(DeadlineRisk.URGENT, true, Optional.empty());
        DeadlineRisk pressing = new DeadlineRisk(DeadlineRisk.PRESSING, true, Optional.empty());
        DeadlineRisk hopeless = new DeadlineRisk(2, false, Optional.empty());

        assertThat(DeadlineRisk.UNKNOWN.isUrgent()).isFalse();
        assertThat(urgent.isUrgent()).isTrue();
        assertThat(urgent.isPressing()).isFalse();
        assertThat(pressing.isUrgent()).isTrue();
        assertThat(pressing.isPressing()).isTrue();
        assertThat(hopeless.isUrgent()).isFalse();
        assertThat(hopeless.isPressing()).isFalse();
    }

    @Test
    void whatIsNotKnownOrNotWantedAnyMoreShouldNotBeAtRisk() {
        List<Demand> hopeless = List.of(new Demand(ONE, "m", time.instant(), 1_000_000));
        pass(hopeless, Map.of());
        assertThat(watch.of(ONE)).as("no rate yet").isEqualTo(DeadlineRisk.UNKNOWN);
        pass(hopeless, Map.of("m", 10L));
        pass(hopeless, Map.of("m", 10L));
        assertThat(watch.of(ONE).atRisk()).isTrue();
        assertThat(watch.of(ONE).feasibleAlone()).isFalse();

        pass(List.of(), Map.of());
        assertThat(watch.of(ONE)).isEqualTo(DeadlineRisk.UNKNOWN);
        assertThat(watch.atRisk()).isZero();
    }

    /** Runs one pass, a second after the last, in which each model completes work according to its rate. */
    private void pass(List<Demand> demands, Map<String, Long> rates) {
        time.advance(Duration.ofSeconds(1));
        rates.forEach(watch::finished);
        watch.assessOnce(demands);
    }
}
