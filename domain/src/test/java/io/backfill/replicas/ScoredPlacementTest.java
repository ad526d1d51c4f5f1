package io.backfill.replicas;

import static org.assertj.core.api.Assertions.assertThat;

import io.backfill.dispatch.AbortSignal;
import io.backfill.dispatch.ModelRequest;
import io.backfill.dispatch.Outcome;
import io.backfill.fair.Places;
import io.backfill.models.ContextLength;
import io.backfill.models.HotPrefixGuard;
import io.backfill.models.MinuteBudget;
import io.backfill.models.Model;
import io.backfill.models.ModelTuning;
import io.backfill.models.Placement;
import io.backfill.models.RouterHeaders;
import io.backfill.testing.RecordingDispatcher;
import io.backfill.testing.SeededRandom;
import io.backfill.testing.SettableTime;
import io.backfill.testing.TestModels;
import io.backfill.testing.TestRequests;
import java.net.URI;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.RepetitionInfo;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Sessions, context lengths, and the effect of a hot prefix on eight replicas. */
class ScoredPlacementTest {
    private static final Outcome OK = RecordingDispatcher.answer(200, "{}");
    private static final Map<String, Double> PREFIX_ONLY = Map.of("prefix-cache", 1.0);
    private static final int FEW_SHOT_CALLS = 4000;
    private static final int FEW_SHOT_TOKENS = 20_000;
    private static final int OPEN = 128;

    private final SettableTime time = SettableTime.standing();
    private final AbortSignal abort = new AbortSignal(time);
    private final FleetRegistry fleets = new FleetRegistry(time);
    private int prompts;

    @RepeatedTest(3)
    void theUsualWeightsShouldSpreadAHotPrefix(RepetitionInfo run) {
        Map<URI, Integer> taken =
                fewShots(scored(Placement.TUNED, HotPrefixGuard.DEFAULT), SeededRandom.of(run), Long.MAX_VALUE);

        assertThat(imbalance(taken)).isLessThan(1.1);
    }

    @RepeatedTest(3)
    void aHotPrefixShouldNotCountWhereItsReplicaIsFarBehind(RepetitionInfo run) {
        Map<URI, Integer> taken = fewShots(
                scored(PREFIX_ONLY, HotPrefixGuard.DEFAULT), SeededRandom.of(run), HotPrefixGuard.DEFAULT.mostBehind());

        assertThat(taken).hasSize(8);
        assertThat(imbalance(taken)).isLessThan(1.5);
    }

    /** Shows why the two safeguards are necessary. */
    @RepeatedTest(3)
    void withoutSafeguardAHotPrefixShouldStayAtOneReplica(RepetitionInfo run) {
        Map<URI, Integer> taken =
                fewShots(scored(PREFIX_ONLY, new HotPrefixGuard(0, 999_999_999)), SeededRandom.of(run), Long.MAX_VALUE);

        assertThat(imbalance(taken)).isEqualTo(8);
    }

    @Test
    void exploringShouldWarmOtherReplicas() {
        assertThat(oneByOne(scored(PREFIX_ONLY, new HotPrefixGuard(0, 999_999_999)), 100))
                .hasSize(1);
        assertThat(oneByOne(scored(PREFIX_ONLY, new HotPrefixGuard(5, 999_999_999)), 100))
                .hasSizeGreaterThan(1);
    }

    @ParameterizedTest
    @CsvSource({"50,2", "20,5", "7,15", "1,100"})
    void exploringShouldBeTheConfiguredShareOfCalls(int percent, int firstExplorer) {
        Model model =
                scored(Map.of("prefix-cache", 2.0, "active-request", 1.0), new HotPrefixGuard(percent, 999_999_999));
        URI warm = replicaOf(take(prompt(model, 0, 50)));
        for (int call = 2; call < firstExplorer; call++) {
            assertThat(replicaOf(take(prompt(model, 0, 50)))).isEqualTo(warm);
        }
        assertThat(replicaOf(take(prompt(model, 0, 50)))).isNotEqualTo(warm);
    }

    @Test
    void aSessionShouldStayWhereItIs() {
        Model model = scored(Map.of("session-affinity", 1.0), HotPrefixGuard.DEFAULT);
        Map<String, URI> homes = new HashMap<>();
        Set<URI> without = new HashSet<>();
        for (int i = 0; i < 64; i++) {
            String session = "s" + i % 4;
            URI home = replicaOf(take(session(model, Map.of("X-Session-Id", session))));
            assertThat(homes.computeIfAbsent(session, first -> home)).isEqualTo(home);
            without.add(replicaOf(take(session(model, Map.of()))));
        }
        assertThat(without).hasSizeGreaterThan(3);
    }

    /**
     * In mode {@code ranges}, the range determines the replica of the first attempt. A retried call goes to the replica that its
     * session last used.
     */
    @Test
    void aSessionShouldBeKnownFromCallsThatNoScorerPlaced() {
        Model model = TestModels.model(
                "m", 8, 64, TestModels.QUICK, tuning(new Placement(true, 1, Map.of("session-affinity", 1.0))));
        Map<String, String> headers = Map.of("x-session-id", "s");
        for (int lane : new int[] {3, 5}) {
            take(session(model, headers, TestRequests.scheduling(lane, 8, 1, 50)));
            assertThat(replicaOf(take(session(model, headers, TestRequests.scheduling(0, 8, 2, 50)))))
                    .isEqualTo(TestModels.replica(lane));
        }
    }

    @Test
    void promptsShouldGoToReplicasThatAreMeantForTheirLength() {
        Placement placement = new Placement(false, 1, Map.of("context-length", 1.0))
                .withContextLengths(Map.of(
                        TestModels.replica(0), new ContextLength(0, 2_000),
                        TestModels.replica(1), new ContextLength(0, 8_000),
                        TestModels.replica(2), new ContextLength(8_001, 100_000)));
        Model three = TestModels.model("m", 3, 64, TestModels.QUICK, tuning(placement));

        assertThat(replicaOf(take(prompt(three, 0, 2_000)))).isEqualTo(TestModels.replica(0));
        assertThat(replicaOf(take(prompt(three, 0, 2_001)))).isEqualTo(TestModels.replica(1));
        assertThat(replicaOf(take(prompt(three, 0, 8_001)))).isEqualTo(TestModels.replica(2));
        assertThat(replicaOf(take(prompt(three, 0, 150_000)))).isEqualTo(TestModels.replica(2));

        Model edited = TestModels.model(
                "m",
                3,
                64,
                TestModels.QUICK,
                tuning(new Placement(false, 1, Map.of("context-length", 1.0))
                        .withContextLengths(Map.of(TestModels.replica(1), new ContextLength(0, 1_000)))));
        assertThat(replicaOf(take(prompt(edited, 0, 500)))).isEqualTo(TestModels.replica(1));
    }

    /** Replicas with equal scores take turns, except the one that has long prompts in flight. */
    @Test
    void ofEqualsTheLeastLoadedShouldBeTaken() {
        Model model = scored(Map.of(), HotPrefixGuard.DEFAULT);
        URI loaded = replicaOf(take(prompt(model, 0, 50_000)));
        Set<URI> others = new HashSet<>();
        for (int i = 0; i < 14; i++) {
            others.add(replicaOf(take(prompt(model, 0, 1_000))));
        }
        assertThat(others).hasSize(7).doesNotContain(loaded);
    }

    /**
     * Sends a file of few-shot prompts: one long common prefix, then one of forty texts, then a unique one. The oldest of 128 open
     * calls returns first. Returns the number of calls that each replica got.
     *
     * @param mostBehind maximum number of prompt tokens by which the replica of a call may exceed the least loaded one
     */
    private Map<URI, Integer> fewShots(Model model, Random random, long mostBehind) {
        Map<URI, Integer> taken = new HashMap<>();
        Map<URI, Long> tokens = new HashMap<>();
        model.replicas().forEach(replica -> tokens.put(replica, 0L));
        Deque<Places.Place> open = new ArrayDeque<>();
        for (int i = 0; i < FEW_SHOT_CALLS; i++) {
            Places.Place place = take(prompt(model, random.nextInt(40), FEW_SHOT_TOKENS));
            URI replica = replicaOf(place);
            long least = tokens.values().stream().min(Long::compare).orElseThrow();
            assertThat(tokens.get(replica) - least).isLessThanOrEqualTo(mostBehind);
            tokens.merge(replica, (long) FEW_SHOT_TOKENS, Long::sum);
            taken.merge(replica, 1, Integer::sum);
            open.add(place);
            if (open.size() > OPEN) {
                Places.Place oldest = open.remove();
                tokens.merge(replicaOf(oldest), (long) -FEW_SHOT_TOKENS, Long::sum);
                oldest.release(OK);
            }
        }
        return taken;
    }

    private Set<URI> oneByOne(Model model, int calls) {
        Set<URI> used = new HashSet<>();
        FleetRegistry own = new FleetRegistry(time);
        for (int i = 0; i < calls; i++) {
            Places.Place place = own.tryTake(prompt(model, 0, FEW_SHOT_TOKENS)).orElseThrow();
            used.add(replicaOf(place));
            place.release(OK);
        }
        return used;
    }

    private static double imbalance(Map<URI, Integer> taken) {
        return taken.values().stream().max(Integer::compare).orElseThrow() / (FEW_SHOT_CALLS / 8.0);
    }

    private Places.Place take(ModelRequest request) {
        return fleets.tryTake(request).orElseThrow();
    }

    private static URI replicaOf(Places.Place place) {
        return place.request().replica().orElseThrow();
    }

    /** Returns a model in which the first limit of one replica has room for all calls that a test has open. */
    private static Model scored(Map<String, Double> weights, HotPrefixGuard hotPrefixGuard) {
        return TestModels.model(
                "m", 8, 1024, TestModels.QUICK, tuning(new Placement(false, 1, weights, hotPrefixGuard, Map.of())));
    }

    private static ModelTuning tuning(Placement placement) {
        return new ModelTuning(
                placement, Optional.empty(), RouterHeaders.NONE, OptionalInt.empty(), MinuteBudget.UNLIMITED);
    }

    private ModelRequest prompt(Model model, int shot, int promptTokens) {
        String text = "few shots ".repeat(300) + shot + "x".repeat(600) + prompts++;
        return TestRequests.with(
                TestRequests.to(model, abort),
                TestRequests.messages(text),
                Map.of(),
                TestRequests.scheduling(0, 1, 1, promptTokens));
    }

    private ModelRequest session(Model model, Map<String, String> headers) {
        return session(model, headers, TestRequests.SCHEDULING);
    }

    private ModelRequest session(Model model, Map<String, String> headers, ModelRequest.Scheduling scheduling) {
        return TestRequests.with(TestRequests.to(model, abort), "[]", headers, scheduling);
    }
}
