package io.backfill.run;

import static org.assertj.core.api.Assertions.assertThat;

import io.backfill.batches.Batch;
import io.backfill.batches.BatchSpec;
import io.backfill.batches.CompletionWindow;
import io.backfill.batches.Lease;
import io.backfill.batches.Priority;
import io.backfill.batches.SealedHeaders;
import io.backfill.batches.Steering;
import io.backfill.batches.Usage;
import io.backfill.batches.WaitingBatch;
import io.backfill.dispatch.AbortCause;
import io.backfill.dispatch.AbortSignal;
import io.backfill.plan.ModelPlan;
import io.backfill.plan.PlanManifest;
import io.backfill.results.LogTotals;
import io.backfill.run.DispatchPlaces.Verdict;
import io.backfill.tenants.TenantId;
import io.backfill.testing.SeededIds;
import io.backfill.testing.SettableTime;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.Set;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class DispatchPlacesTest {
    private static final int THREADS = 248;
    private static final int SLOTS = 64;

    private final SettableTime time = SettableTime.standing();
    private final RunningBatches running = new RunningBatches();
    private final Set<String> dead = new HashSet<>();
    private double load;
    private final DispatchPlaces places = new DispatchPlaces(
            running,
            new ModelAvailability() {
                @Override
                public int slots(String model) {
                    return SLOTS;
                }

                @Override
                public boolean usable(String model) {
                    return !dead.contains(model);
                }
            },
            THREADS,
            new JobStartLimiter(() -> load, time),
            time);
    private int last;

    @Test
    void aModelShouldTakeBatchesUntilItsCapIsBusyTwice() {
        assertThat(fill("ada", 100_000, "m")).isEqualTo(8);
        assertThat(verdict("ada", "m")).isEqualTo(Verdict.LINES);
    }

    @Test
    void smallBatchesShouldLeaveThreadsToOthers() {
        int taken = fill("ada", 1, "m");

        assertThat(taken).isBetween(SLOTS, 90);
        assertThat(verdict("ada", "m")).isEqualTo(Verdict.THREADS);
        assertThat(verdict("ada", "other")).as("the tenant has its part").isEqualTo(Verdict.THREADS);
        assertThat(verdict("bob", "other")).isEqualTo(Verdict.PLACE);
        assertThat(verdict("bob", "m")).isEqualTo(Verdict.PLACE);
    }

    /** However many tenants and models hold as much as they may, the next tenant finds room at once. */
    @Test
    void theNextTenantShouldAlwaysFindRoomForABatch() {
        for (int hog = 0; hog < 60; hog++) {
            fill("hog-" + hog, 1, "m-" + hog);
            assertThat(verdict("next", "idle")).as("after %d hogs", hog + 1).isEqualTo(Verdict.PLACE);
            time.advance(Duration.ofSeconds(11));
            places.surplus(new BlockedBatches()).forEach(running::remove);
        }
    }

    @Test
    void startsOfATenantShouldBeSpreadWhileTheProcessorsAreBusyForAnother() {
        run("victim", 100_000, "v");
        usePace("ada");

        assertThat(startsOf("ada")).isBetween(10L, 12L);
        assertThat(verdict("ada", "m")).isEqualTo(Verdict.PACE);
        assertThat(places.enter(planned("ada", 1, "m"), false)).isFalse();
        assertThat(verdict("bob", "m")).isEqualTo(Verdict.PLACE);
        RunningBatch takenOver = planned("ada", 1, "m");
        takenOver.takenOver();
        assertThat(places.enter(takenOver, false)).isTrue();
    }

    @Test
    void aTenantThatIsAloneShouldNotBeHeldBack() {
        dead.add("v");
        run("waiting", 100_000, "v");
        usePace("ada");

        assertThat(startsOf("ada")).isEqualTo(100);
    }

    private void usePace(String tenant) {
        load = 1;
        for (int second = 0; second < 20; second++) {
            verdict(tenant, "m");
            time.advance(Duration.ofSeconds(1));
        }
    }

    private long startsOf(String tenant) {
        return IntStream.range(0, 100)
                .filter(i -> verdict(tenant, "m") == Verdict.PLACE)
                .count();
    }

    @Test
    void atMost32TenantsShouldBeServedAndThenTakeTurns() {
        for (int tenant = 0; tenant < DispatchPlaces.TENANTS; tenant++) {
            assertThat(verdict("t-" + tenant, "m")).isEqualTo(Verdict.PLACE);
            run("t-" + tenant, 10, "m");
            time.advance(Duration.ofMillis(1));
        }
        assertThat(verdict("late", "m")).isEqualTo(Verdict.TURN);
        BlockedBatches blocked = new BlockedBatches();
        blocked.add("m", new TenantId("late"), 2, Verdict.TURN);
        assertThat(places.surplus(blocked))
                .as("each keeps its place for a while")
                .isEmpty();

        time.advance(Duration.ofSeconds(10));

        assertThat(places.surplus(blocked))
                .extracting(batch -> batch.batch().tenant().value())
                .containsExactly("t-0");
    }

    @Test
    void everyTenantShouldHaveAnEqualPartOfAModelsLines() {
        fill("ada", 100_000, "m");

        assertThat(fill("bob", 100_000, "m")).isEqualTo(4);
        assertThat(fill("bob", 1, "m")).isZero();
    }

    @Test
    void aDeadModelShouldKeepOneBatch() {
        dead.add("m");
        assertThat(fill("ada", 1, "m")).isEqualTo(1);
        assertThat(verdict("bob", "m")).isEqualTo(Verdict.REPLICA);
        assertThat(places.isShut("m")).isTrue();
    }

    /** 1,920 made-up names under "*", whose server is unavailable, must not take the threads of other models. */
    @Test
    void deadModelsShouldTakeAQuarterOfTheThreadsTogether() {
        for (int model = 0; model < 300; model++) {
            dead.add("dead-" + model);
            if (verdict("ada", "dead-" + model) == Verdict.PLACE) {
                run("ada", 1, "dead-" + model);
            }
        }
        assertThat(places.threadsUsed()).isLessThanOrEqualTo(THREADS / 4 + 2);
        assertThat(verdict("ada", "alive")).isEqualTo(Verdict.PLACE);
    }

    @Test
    void ofFiveModelsADeadOneShouldNotHoldThePlacesOfTheOthers() {
        RunningBatch batch = run("ada", 1, "a", "b", "c", "d", "dead");
        RunningBatch other = run("bob", 1, "dead");
        dead.add("dead");
        time.advance(Duration.ofSeconds(2));
        assertThat(places.surplus(new BlockedBatches()))
                .as("four models still answer")
                .containsExactly(other);

        for (int partition = 0; partition < 4; partition++) {
            batch.recorded(partition, new LogTotals(1, 0, Usage.NONE));
            batch.ended(List.of("a", "b", "c", "d").get(partition));
        }

        assertThat(batch.threads()).isEqualTo(2);
        assertThat(places.surplus(new BlockedBatches()))
                .as("one finds out when the model is back")
                .hasSize(1);
    }

    @Test
    void threadsShouldComeFromTheTenantThatHasMost() {
        fill("ada", 1, "m");
        time.advance(Duration.ofSeconds(11));
        BlockedBatches blocked = new BlockedBatches();
        blocked.add("x", new TenantId("bob"), free(), Verdict.THREADS);
        assertThat(places.surplus(blocked)).isEmpty();

        blocked.add("x", new TenantId("bob"), free() + 9, Verdict.THREADS);

        assertThat(places.surplus(blocked))
                .hasSize(5)
                .allMatch(batch -> batch.batch().tenant().value().equals("ada"));
    }

    @Test
    void moreTenantsThanThreadsShouldTakeTurns() {
        for (int tenant = 0; verdict("t-" + tenant, "m-" + tenant) == Verdict.PLACE; tenant++) {
            run("t-" + tenant, 10, "m-" + tenant);
            time.advance(Duration.ofMillis(1));
        }
        time.advance(Duration.ofSeconds(10));
        BlockedBatches blocked = new BlockedBatches();
        blocked.add("x", new TenantId("late"), 2, Verdict.THREADS);

        assertThat(places.surplus(blocked))
                .extracting(batch -> batch.batch().tenant().value())
                .containsExactly("t-0");
    }

    @Test
    void aNewcomerShouldNotGoBeforeBatchesThatWait() {
        run("ada", 1, "m");
        places.backlog(Set.of("m"));

        assertThat(places.enter(planned("ada", 1, "m"), false)).isFalse();
        assertThat(places.enter(planned("bob", 1, "m"), false))
                .as("a tenant that is not served")
                .isTrue();
        assertThat(places.enter(planned("ada", 1, "m", "idle"), false))
                .as("a model for which nobody waits")
                .isTrue();
        RunningBatch takenOver = planned("ada", 1, "m");
        takenOver.takenOver();
        assertThat(places.enter(takenOver, false)).as("one whose node died").isTrue();
    }

    @Test
    void aBatchThatLeavesShouldHoldNothingButItsThreads() {
        dead.add("m");
        RunningBatch probe = run("ada", 1, "m");
        probe.abort().trip(AbortCause.YIELD);

        assertThat(verdict("bob", "m")).isEqualTo(Verdict.PLACE);
        assertThat(places.threadsUsed()).isEqualTo(2);
        assertThat(places.surplus(new BlockedBatches())).isEmpty();
    }

    @Test
    void aBatchInPodsShouldTakeOneThreadAndNoLines() {
        RunningBatch offloaded = planned("ada", 1_000_000, "m");
        assertThat(places.enter(offloaded, true)).isTrue();

        assertThat(offloaded.threads()).isEqualTo(1);
        assertThat(fill("ada", 100_000, "m")).isEqualTo(8);
        dead.add("m");
        time.advance(Duration.ofMinutes(1));
        assertThat(places.surplus(new BlockedBatches())).doesNotContain(offloaded);
    }

    @Test
    void aHighPriorityShouldNotWaitForLinesOfItsTenantWithALowerOne() {
        assertThat(fill("ada", 100_000, "m")).isEqualTo(8);
        assertThat(verdict("ada", "m")).isEqualTo(Verdict.LINES);

        assertThat(verdict("ada", "m", Priority.HIGH)).isEqualTo(Verdict.PLACE);
        assertThat(verdict("ada", "m", Priority.LOW)).isEqualTo(Verdict.LINES);
        RunningBatch high = planned("ada", 100, "m");
        high.steer(new Steering(Priority.HIGH, OptionalInt.empty(), OptionalLong.empty()));
        assertThat(places.enter(high, false)).isTrue();
    }

    private int free() {
        return THREADS - places.threadsUsed();
    }

    /** Starts batches of the tenant while there is a place, and returns their number. */
    private int fill(String tenant, int lines, String... models) {
        int started = 0;
        RunningBatch next = planned(tenant, lines, models);
        while (places.enter(next, false)) {
            started++;
            next = planned(tenant, lines, models);
        }
        running.remove(next);
        return started;
    }

    /** Returns the verdict on a waiting batch of one line. */
    private Verdict verdict(String tenant, String model) {
        return verdict(tenant, model, Priority.NORMAL);
    }

    private Verdict verdict(String tenant, String model, Priority priority) {
        WaitingBatch waiting = new WaitingBatch(
                SeededIds.batch(++last), new TenantId(tenant), time.instant().plusSeconds(3600), model, 1, 1, priority);
        Verdict verdict = places.reserve(waiting);
        places.settled(waiting.id());
        return verdict;
    }

    private RunningBatch run(String tenant, int lines, String... models) {
        RunningBatch batch = planned(tenant, lines, models);
        batch.dispatched(1 + models.length, false, time.getAsLong());
        return batch;
    }

    private RunningBatch planned(String tenant, int lines, String... models) {
        Batch batch = Batch.created(
                        SeededIds.batch(++last),
                        new TenantId(tenant),
                        new BatchSpec(
                                "file-x",
                                "/v1/embeddings",
                                CompletionWindow.parse("1h").orElseThrow(),
                                Optional.empty(),
                                Optional.empty()),
                        time.instant(),
                        SealedHeaders.NONE)
                .withLease(new Lease("node", 1, time.instant().plusSeconds(15)));
        RunningBatch planned = new RunningBatch(
                batch, Map.of(), new LeaseHold(time, time.getAsLong(), Duration.ofSeconds(15)), new AbortSignal(time));
        planned.planned(new PlanManifest(
                "files/in",
                lines * models.length,
                false,
                IntStream.range(0, models.length)
                        .mapToObj(n -> new ModelPlan(n, models[n], lines, "file", "plan-" + n, 10, 10))
                        .toList()));
        running.add(planned);
        return planned;
    }
}
