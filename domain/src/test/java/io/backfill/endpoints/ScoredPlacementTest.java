package io.backfill.endpoints;

import static org.assertj.core.api.Assertions.assertThat;

import io.backfill.dispatch.AbortSignal;
import io.backfill.dispatch.ModelRequest;
import io.backfill.fair.Places;
import io.backfill.models.ContextLength;
import io.backfill.models.Model;
import io.backfill.models.ModelTuning;
import io.backfill.models.Placement;
import io.backfill.models.RouterHeaders;
import io.backfill.models.TokenBudget;
import io.backfill.testing.SettableTime;
import io.backfill.testing.TestModels;
import io.backfill.testing.TestRequests;
import java.net.URI;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** Sessions and lengths. */
class ScoredPlacementTest {
    private final SettableTime time = SettableTime.standing();
    private final AbortSignal abort = new AbortSignal(time);
    private final Fleets fleets = new Fleets(time);

    @Test
    void aSessionShouldStayWhereItIs() {
        Model model = scored(Map.of("session-affinity", 1.0));
        Map<String, URI> homes = new HashMap<>();
        Set<URI> without = new HashSet<>();
        for (int i = 0; i < 64; i++) {
            String session = "s" + i % 4;
            URI home = endpointOf(take(session(model, Map.of("X-Session-Id", session))));
            assertThat(homes.computeIfAbsent(session, first -> home)).isEqualTo(home);
            without.add(endpointOf(take(session(model, Map.of()))));
        }
        assertThat(without).hasSizeGreaterThan(3);
    }

    /** Ranges come first; but where a call went is known when it is made again. */
    @Test
    void aSessionShouldBeKnownFromCallsThatNoScorerPlaced() {
        Model model = TestModels.model(
                "m", 8, 64, TestModels.QUICK, tuning(new Placement(true, 1, Map.of("session-affinity", 1.0))));
        Map<String, String> headers = Map.of("x-session-id", "s");
        for (int lane : new int[] {3, 5}) {
            take(session(model, headers, TestRequests.turn(lane, 8, 1, 50)));
            assertThat(endpointOf(take(session(model, headers, TestRequests.turn(0, 8, 2, 50)))))
                    .isEqualTo(TestModels.replica(lane));
        }
    }

    @Test
    void promptsShouldGoToEndpointsThatAreMeantForTheirLength() {
        Placement placement = new Placement(false, 1, Map.of("context-length", 1.0))
                .withContextLengths(Map.of(
                        TestModels.replica(0), new ContextLength(0, 2_000),
                        TestModels.replica(1), new ContextLength(0, 8_000),
                        TestModels.replica(2), new ContextLength(8_001, 100_000)));
        Model three = TestModels.model("m", 3, 64, TestModels.QUICK, tuning(placement));

        assertThat(endpointOf(take(prompt(three, 2_000)))).isEqualTo(TestModels.replica(0));
        assertThat(endpointOf(take(prompt(three, 2_001)))).isEqualTo(TestModels.replica(1));
        assertThat(endpointOf(take(prompt(three, 8_001)))).isEqualTo(TestModels.replica(2));
        assertThat(endpointOf(take(prompt(three, 150_000)))).isEqualTo(TestModels.replica(2));

        Model edited = TestModels.model(
                "m",
                3,
                64,
                TestModels.QUICK,
                tuning(new Placement(false, 1, Map.of("context-length", 1.0))
                        .withContextLengths(Map.of(TestModels.replica(1), new ContextLength(0, 1_000)))));
        assertThat(endpointOf(take(prompt(edited, 500)))).isEqualTo(TestModels.replica(1));
    }

    private Places.Place take(ModelRequest request) {
        return fleets.tryTake(request).orElseThrow();
    }

    private static URI endpointOf(Places.Place place) {
        return place.request().endpoint().orElseThrow();
    }

    private static Model scored(Map<String, Double> weights) {
        return TestModels.model("m", 8, 512, TestModels.QUICK, tuning(new Placement(false, 1, weights)));
    }

    private static ModelTuning tuning(Placement placement) {
        return new ModelTuning(
                placement, Optional.empty(), RouterHeaders.NONE, OptionalInt.empty(), TokenBudget.UNLIMITED);
    }

    private ModelRequest prompt(Model model, int promptTokens) {
        return TestRequests.with(
                TestRequests.to(model, abort), "[]", Map.of(), TestRequests.turn(0, 1, 1, promptTokens));
    }

    private ModelRequest session(Model model, Map<String, String> headers) {
        return session(model, headers, TestRequests.TURN);
    }

    private ModelRequest session(Model model, Map<String, String> headers, ModelRequest.Turn turn) {
        return TestRequests.with(TestRequests.to(model, abort), "[]", headers, turn);
    }
}
