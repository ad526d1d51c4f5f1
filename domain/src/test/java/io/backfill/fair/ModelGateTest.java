package io.backfill.fair;

import static org.assertj.core.api.Assertions.assertThat;

import io.backfill.dispatch.ModelRequest;
import io.backfill.ids.BatchId;
import io.backfill.models.MinuteBudget;
import io.backfill.models.ModelTuning;
import io.backfill.models.Placement;
import io.backfill.models.RouterHeaders;
import io.backfill.tenants.TenantId;
import io.backfill.testing.SeededIds;
import io.backfill.testing.SeededRandom;
import io.backfill.testing.SettableTime;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.Random;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.RepetitionInfo;
import org.junit.jupiter.api.Test;

/** The guarantees of the gate, tested against the most adverse workloads. */
class ModelGateTest {
    private static final int NO_LIMIT = Integer.MAX_VALUE;
    private static final TenantId PLUG = new TenantId("plug");

    private final SettableTime time = SettableTime.standing();
    private final DeadlineWatch deadlines = new DeadlineWatch(time, time);
    private final CountedPlaces places = new CountedPlaces(NO_LIMIT);

    /** A batch that sends a new call for each call that returns, as often as there are lines. */
    private record Source(TenantId tenant, BatchId batch, Instant deadline) {
        Source(int tenant, int batch) {
            this(ModelGateTest.tenant(tenant), SeededIds.batch(batch), GatePlay.LATE);
        }

        WaitingCall send(GatePlay play, long cost) {
            return play.enter(tenant, batch, 0, cost, deadline);
        }
    }

    /**
     * Every tenant and batch always has waiting calls. Their service divided by weight then differs by at most a chunk and a call
     * at every moment.
     */
    @RepeatedTest(60)
    void whoAlwaysHasCallsWaitingShouldDifferByAChunkAndACall(RepetitionInfo run) {
        Random random = SeededRandom.of(run);
        int cap = 1 + random.nextInt(8);
        int largest = List.of(10, 1000, 100_000).get(random.nextInt(3));
        Map<TenantId, Integer> weights = new HashMap<>();
        List<Source> sources = new ArrayList<>();
        int tenants = 2 + random.nextInt(4);
        for (int tenant = 0; tenant < tenants; tenant++) {
            weights.put(tenant(tenant), 1 + random.nextInt(5));
            for (int batch = 0; batch < 1 + random.nextInt(4); batch++) {
                sources.add(new Source(tenant, tenant * 10 + batch));
            }
        }
        GatePlay play = new GatePlay(cap, places, deadlines, new TenantShares(weights), time);
        plug(play, cap);
        for (Source source : sources) {
            for (int call = 0; call < cap + 2; call++) {
                source.send(play, 1 + random.nextInt(largest));
            }
        }

        Map<TenantId, Double> ofTenants = new HashMap<>();
        Map<BatchId, Double> ofBatches = new HashMap<>();
        weights.keySet().forEach(tenant -> ofTenants.put(tenant, 0.0));
        sources.forEach(source -> ofBatches.put(source.batch(), 0.0));
        for (int i = 0; i < 2000; i++) {
            WaitingCall back = play.leave(random);
            ModelRequest admitted = places.admission(cap + i);
            int weight = weights.getOrDefault(admitted.tenant(), 1);
            ofTenants.merge(admitted.tenant(), (double) admitted.scheduling().cost() / weight, Double::sum);
            ofBatches.merge(admitted.batch(), (double) admitted.scheduling().cost(), Double::sum);
            sources.stream()
                    .filter(source -> source.batch().equals(back.request().batch()))
                    .forEach(source -> source.send(play, 1 + random.nextInt(largest)));
            assertThat(spread(ofTenants.values().stream().toList()))
                    .isLessThanOrEqualTo(ServiceRing.CHUNK + (double) largest);
            for (TenantId tenant : weights.keySet()) {
                assertThat(spread(sources.stream()
                                .filter(source -> source.tenant().equals(tenant))
                                .map(source -> ofBatches.getOrDefault(source.batch(), 0.0))
                                .toList()))
                        .isLessThanOrEqualTo(ServiceRing.CHUNK + (double) largest);
            }
        }
    }

    private static double spread(List<Double> values) {
        return values.stream().mapToDouble(Double::doubleValue).max().orElse(0)
                - values.stream().mapToDouble(Double::doubleValue).min().orElse(0);
    }

    /** Windows as large as the cap: a batch that holds every place never has a waiting call, but it must not keep the places. */
    @RepeatedTest(20)
    void batchesThatCanTakeEveryPlaceShouldShareThem(RepetitionInfo run) {
        Random random = SeededRandom.of(run);
        int cap = 2 + random.nextInt(30);
        int batches = 2 + random.nextInt(2);
        boolean ofOneTenant = random.nextBoolean();
        List<Source> sources = new ArrayList<>();
        for (int i = 0; i < batches; i++) {
            sources.add(new Source(ofOneTenant ? 1 : i, i));
        }
        GatePlay play = new GatePlay(cap, places, deadlines, TenantShares.EQUAL, time);
        for (Source source : sources) {
            for (int call = 0; call < cap; call++) {
                source.send(play, 1000);
            }
        }

        int rounds = 6000;
        for (int i = 0; i < rounds; i++) {
            WaitingCall back = play.leave(random);
            sources.stream()
                    .filter(source -> source.batch().equals(back.request().batch()))
                    .forEach(source -> source.send(play, 1000));
        }

        for (Source source : sources) {
            long served = places.admitted().stream()
                    .filter(admitted -> admitted.batch().equals(source.batch()))
                    .count();
            assertThat(served)
                    .as("%s of %d at %d", source.batch(), batches, cap)
                    .isBetween((long) (0.7 * rounds / batches), (long) (1.3 * rounds / batches));
        }
    }

    /** A waiting call is passed only by a limited amount of other work, whatever that work is and however few places there are. */
    @RepeatedTest(60)
    void nobodyShouldWaitLongerThanItTakesTheOthersToHaveTheirTurns(RepetitionInfo run) {
        Random random = SeededRandom.of(run);
        int cap = 1 + random.nextInt(4);
        places.room(1 + random.nextInt(cap));
        int heaviest = 1 + random.nextInt(2);
        int largest = 20_000 + random.nextInt(80_000);
        boolean pressed = random.nextBoolean();
        Map<TenantId, Integer> weights = new HashMap<>();
        List<Source> sources = new ArrayList<>();
        int tenants = 1 + random.nextInt(2);
        int batches = 0;
        for (int tenant = 0; tenant < tenants; tenant++) {
            weights.put(tenant(tenant), 1 + random.nextInt(heaviest));
            for (int batch = 0; batch < 1 + random.nextInt(3); batch++) {
                sources.add(new Source(tenant, batches++));
            }
        }
        if (pressed) {
            press(8_000, sources.get(random.nextInt(sources.size())));
        }
        GatePlay play = new GatePlay(cap, places, deadlines, new TenantShares(weights), time);
        Map<WaitingCall, Long> since = new IdentityHashMap<>();
        for (Source source : sources) {
            for (int call = 0; call < 1 + random.nextInt(cap); call++) {
                since.put(source.send(play, 1 + random.nextInt(largest)), 0L);
            }
        }

        long served = 0;
        long longest = 0;
        int counted = places.admissions();
        for (int i = 0; i < 3000; i++) {
            WaitingCall back = play.leave(random);
            for (; counted < places.admissions(); counted++) {
                served += places.admission(counted).scheduling().cost();
            }
            for (Source source : sources) {
                if (source.batch().equals(back.request().batch())) {
                    since.put(source.send(play, 1 + random.nextInt(largest)), served);
                }
            }
            for (WaitingCall waiting : play.waiting()) {
                longest = Math.max(longest, served - Objects.requireNonNull(since.get(waiting)));
            }
        }

        // ahead of a call are the earlier calls of its batch; the other batches get as much service and may be a turn
        // ahead, and so may the other tenants
        double turn = ServiceRing.CHUNK + (double) largest;
        double ofTenant = batches * ((double) cap * largest + 2 * turn);
        double ofAll = tenants * heaviest * (ofTenant + 2 * turn);
        assertThat((double) longest).isLessThanOrEqualTo(pressed ? 4 * ofAll : ofAll);
        assertThat(places.mostInALane()).isLessThanOrEqualTo(cap);
    }

    /** When all calls have ended, nothing is held, whatever calls entered, left or gave up in between. */
    @RepeatedTest(100)
    void everyPlaceShouldBeGivenBackOnceAndNobodyLeftBehind(RepetitionInfo run) {
        Random random = SeededRandom.of(run);
        int cap = 1 + random.nextInt(6);
        int lanes = 1 + random.nextInt(4);
        places.room(1 + random.nextInt(3));
        GatePlay play = new GatePlay(cap, places, deadlines, TenantShares.EQUAL, time);
        List<Source> sources = new ArrayList<>();
        for (int batch = 0; batch < 8; batch++) {
            sources.add(new Source(random.nextInt(3), batch));
        }
        press(8_000, sources.getFirst());
        int entered = 0;
        int gone = 0;
        for (int i = 0; i < 600; i++) {
            int action = random.nextInt(10);
            Source source = sources.get(random.nextInt(sources.size()));
            if (action < 5) {
                int lane = random.nextInt(lanes);
                play.enter(source.tenant(), source.batch(), lane, 1 + random.nextInt(100_000), source.deadline());
                entered++;
            } else if (action < 9 && !play.open().isEmpty()) {
                play.leave(random);
            } else if (!play.waiting().isEmpty()) {
                play.giveUp(random);
                gone++;
            }
            assertThat(play.gate().open()).isEqualTo(play.open().size()).isLessThanOrEqualTo(cap);
            assertThat(play.gate().waiting()).isEqualTo(play.waiting().size());
            assertThat(places.open()).isEqualTo(play.open().size());
            assertThat(canGo(play, cap)).as("somebody waits for nothing").isFalse();
        }
        while (!play.open().isEmpty()) {
            play.leave(random);
        }

        assertThat(play.waiting()).isEmpty();
        assertThat(places.admissions()).isEqualTo(entered - gone);
        assertThat(places.open()).isZero();
        assertThat(places.releasedTwice()).isZero();
        assertThat(play.look()).isFalse();
    }

    /** Returns whether the model has a free slot, and a lane with a waiting call has a free place. */
    private boolean canGo(GatePlay play, int cap) {
        return play.open().size() < cap
                && play.waiting().stream()
                        .anyMatch(call ->
                                places.hasRoom(call.request().scheduling().lane()));
    }

    /** A batch of twenty lines beside batches of fifty thousand is served next, all at once. */
    @RepeatedTest(40)
    void aSmallBatchShouldGoNextWhoeverIsAtWork(RepetitionInfo run) {
        Random random = SeededRandom.of(run);
        int cap = 1 + random.nextInt(8);
        GatePlay play = new GatePlay(cap, places, deadlines, TenantShares.EQUAL, time);
        int tenants = 1 + random.nextInt(3);
        List<Source> large = new ArrayList<>();
        for (int tenant = 0; tenant < tenants; tenant++) {
            large.add(new Source(tenant, tenant));
        }
        for (Source source : large) {
            for (int call = 0; call < cap + 2; call++) {
                source.send(play, 1 + random.nextInt(100_000));
            }
        }
        for (int i = 0; i < 1000; i++) {
            again(play, large, play.leave(random), 1 + random.nextInt(100_000));
        }
        Source small = new Source(random.nextBoolean() && tenants == 1 ? 0 : tenants, 1000);
        for (int line = 0; line < 20; line++) {
            small.send(play, 1 + random.nextInt((int) ServiceRing.CHUNK / 20));
        }
        int before = places.admissions();

        for (int i = 0; i < 20; i++) {
            again(play, large, play.leave(random), 1 + random.nextInt(100_000));
        }

        assertThat(places.admitted().subList(before, before + 20))
                .extracting(ModelRequest::batch)
                .containsOnly(small.batch());
    }

    private static void again(GatePlay play, List<Source> sources, WaitingCall back, long cost) {
        sources.stream()
                .filter(source -> source.batch().equals(back.request().batch()))
                .forEach(source -> source.send(play, cost));
    }

    /** Three of a tenant's four turns go to its batch at risk. All share the fourth, also if there are fewer places than slots. */
    @RepeatedTest(60)
    void aBatchAtRiskShouldGetThreeOfItsTenantsFourTurns(RepetitionInfo run) {
        turnsOfABatchAtRisk(run, 8_000, 4, 4000);
    }

    @RepeatedTest(30)
    void aBatchThatNeedsNearlyAllShouldGetFifteenOfSixteenTurns(RepetitionInfo run) {
        turnsOfABatchAtRisk(run, 9_500, 16, 16_000);
    }

    /**
     * @param work amount of work of the batch at risk
     * @param cycle length of a series of turns of which all but one go to that batch
     */
    private void turnsOfABatchAtRisk(RepetitionInfo run, long work, int cycle, int rounds) {
        Random random = SeededRandom.of(run);
        long cost = 5_000 + random.nextInt(95_000);
        Source urgent = new Source(0, 0);
        List<Source> sources = new ArrayList<>(List.of(urgent));
        int others = 1 + random.nextInt(3);
        for (int i = 1; i <= others; i++) {
            sources.add(new Source(0, i));
        }
        List<ModelRequest> served = play(random, work, urgent, sources, cost, rounds);

        List<BatchId> turns = served.stream().map(ModelRequest::batch).toList();
        for (int i = 0; i + cycle <= rounds; i++) {
            assertThat(turns.subList(i, i + cycle).stream()
                            .filter(urgent.batch()::equals)
                            .count())
                    .isGreaterThanOrEqualTo(cycle - 1);
        }
        double rest = (double) rounds / cycle / sources.size();
        double turn = 2 * (ServiceRing.CHUNK / (double) cost + 1);
        for (Source source : sources.subList(1, sources.size())) {
            long count = turns.stream().filter(source.batch()::equals).count();
            assertThat((double) count).isBetween(rest - turn - 1, (double) rounds / cycle + 1);
        }
    }

    /**
     * A short window changes the order of a tenant's own lines and gives the tenant a head start, which is paid back. It never
     * increases the tenant's share.
     */
    @RepeatedTest(60)
    void aTenantThatIsAlwaysUrgentShouldGetItsShareAndABoundedLead(RepetitionInfo run) {
        Random random = SeededRandom.of(run);
        long cost = 1_000 + random.nextInt(30_000);
        Source urgent = new Source(0, 0);
        List<Source> sources = new ArrayList<>(List.of(urgent));
        int tenants = 2 + random.nextInt(3);
        for (int i = 1; i < tenants; i++) {
            sources.add(new Source(i, i));
        }
        List<ModelRequest> served = play(random, random.nextBoolean() ? 8_000 : 9_500, urgent, sources, cost, 4000);

        Map<TenantId, Double> service = new HashMap<>();
        for (ModelRequest request : served) {
            service.merge(request.tenant(), (double) request.scheduling().cost(), Double::sum);
            // the lead, a turn of another tenant, and one call of each
            assertThat(service.getOrDefault(urgent.tenant(), 0.0)
                            - sources.subList(1, tenants).stream()
                                    .mapToDouble(other -> service.getOrDefault(other.tenant(), 0.0))
                                    .min()
                                    .orElse(0))
                    .isLessThanOrEqualTo(2.0 * ServiceRing.CHUNK + 2 * cost);
        }
        double fair = 4000.0 * cost / tenants;
        assertThat(service.get(urgent.tenant())).isBetween(0.9 * fair, 1.1 * fair + 2 * ServiceRing.CHUNK);
    }

    /** Returns the calls that are admitted while calls of all sources always wait. */
    private List<ModelRequest> play(
            Random random, long work, Source urgent, List<Source> sources, long cost, int rounds) {
        int cap = 1 + random.nextInt(8);
        places.room(random.nextBoolean() ? NO_LIMIT : 1 + random.nextInt(cap));
        press(work, urgent);
        GatePlay play = new GatePlay(cap, places, deadlines, TenantShares.EQUAL, time);
        for (Source source : sources) {
            for (int call = 0; call < cap + 2; call++) {
                source.send(play, cost);
            }
        }
        int before = places.admissions();
        for (int i = 0; i < rounds; i++) {
            again(play, sources, play.leave(random), cost);
        }
        return places.admitted().subList(before, before + rounds);
    }

    /** Of several batches at risk, the one whose window ends first is served first. */
    @Test
    void theEarliestDeadlineShouldGoFirstAmongThoseAtRisk() {
        Source late = new Source(tenant(0), SeededIds.batch(0), time.instant().plusSeconds(200));
        Source soon = new Source(tenant(1), SeededIds.batch(1), time.instant().plusSeconds(100));
        press(8_000, soon, late);
        GatePlay play = new GatePlay(1, places, deadlines, TenantShares.EQUAL, time);
        plug(play, 1);
        for (int i = 0; i < 4; i++) {
            late.send(play, 100);
            soon.send(play, 100);
        }

        for (int i = 0; i < 3; i++) {
            play.leave(new Random(1));
        }

        assertThat(places.admitted().subList(1, 4))
                .extracting(ModelRequest::batch)
                .containsOnly(soon.batch());
    }

    /** A budget applies from a tenant's first call, also if that call had to wait for a slot. */
    @Test
    void aBudgetShouldHoldForWhoComesWhileTheModelIsBusy() {
        MinuteBudget budget = new MinuteBudget(OptionalLong.empty(), Map.of(tenant(0), 100L));
        GatePlay play = new GatePlay(
                4,
                new ModelTuning(Placement.RANGES, Optional.empty(), RouterHeaders.NONE, OptionalInt.empty(), budget),
                new BudgetedPlaces(places, Budgets.ofOneNode(time)),
                deadlines,
                TenantShares.EQUAL,
                time);
        plug(play, 4);
        Source limited = new Source(0, 0);
        for (int line = 0; line < 8; line++) {
            limited.send(play, 60);
        }

        for (int i = 0; i < 4; i++) {
            play.leave(new Random(i));
        }
        play.look();
        assertThat(play.open()).hasSize(1);

        time.advance(Duration.ofSeconds(36));
        play.look();
        assertThat(play.open()).hasSize(2);
    }

    /** A model with a cap of one: batches of a tenant that have one waiting call each take turns. */
    @Test
    void batchesWithOneCallEachShouldTakeTurns() {
        List<Source> sources = List.of(new Source(0, 0), new Source(0, 1), new Source(0, 2), new Source(0, 3));
        GatePlay play = new GatePlay(1, places, deadlines, TenantShares.EQUAL, time);
        sources.forEach(source -> source.send(play, 100));

        for (int i = 0; i < 400; i++) {
            again(play, sources, play.leave(new Random(i)), 100);
        }

        for (Source source : sources) {
            assertThat(places.admitted().stream()
                            .filter(admitted -> admitted.batch().equals(source.batch()))
                            .count())
                    .isBetween(60L, 140L);
        }
    }

    /** A slow model: turns are long while its rate is unknown. A lead from that time is not paid back, which would take minutes. */
    @Test
    void aTurnFromBeforeTheModelWasKnownShouldNotBePaidBack() {
        List<Source> sources = List.of(new Source(0, 0), new Source(1, 1));
        GatePlay play = new GatePlay(1, places, deadlines, TenantShares.EQUAL, time);
        plug(play, 1);
        for (int call = 0; call < 3; call++) {
            sources.forEach(source -> source.send(play, 1000));
        }
        for (int i = 0; i < 20; i++) {
            again(play, sources, play.leave(new Random(i)), 1000);
        }
        time.advance(Duration.ofSeconds(10));
        again(play, sources, play.leave(new Random(1)), 1000);
        int before = places.admissions();

        for (int i = 0; i < 20; i++) {
            again(play, sources, play.leave(new Random(i)), 1000);
        }

        for (Source source : sources) {
            assertThat(places.admitted().subList(before, before + 20).stream()
                            .filter(admitted -> admitted.batch().equals(source.batch()))
                            .count())
                    .isBetween(5L, 15L);
        }
    }

    /** Sets demands whose deadlines these batches just meet if nothing else is served. */
    private void press(long work, Source... sources) {
        for (int second = 0; second < 3; second++) {
            time.advance(Duration.ofSeconds(1));
            deadlines.finished("m", 100);
            List<Demand> demands = new ArrayList<>();
            for (Source source : sources) {
                // each has this part of the work that is possible in 100 s at a rate of 100 a second
                demands.add(
                        new Demand(source.batch(), "m", time.instant().plusSeconds(100L * (1 + demands.size())), work));
            }
            deadlines.assessOnce(demands);
        }
        for (Source source : sources) {
            assertThat(deadlines.of(source.batch()).urgency()).isBetween(DeadlineRisk.URGENT, 1.0);
        }
    }

    /** Takes every slot, so that subsequent calls wait. */
    private static void plug(GatePlay play, int cap) {
        for (int i = 0; i < cap; i++) {
            play.enter(PLUG, SeededIds.batch(9_999), 1);
        }
    }

    private static TenantId tenant(int number) {
        return new TenantId("t" + number);
    }
}
