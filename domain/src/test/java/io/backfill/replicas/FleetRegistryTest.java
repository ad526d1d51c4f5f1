package io.backfill.replicas;

import static org.assertj.core.api.Assertions.assertThat;

import io.backfill.dispatch.AbortSignal;
import io.backfill.dispatch.ModelRequest;
import io.backfill.dispatch.Outcome;
import io.backfill.fair.Places;
import io.backfill.models.MinuteBudget;
import io.backfill.models.Model;
import io.backfill.models.ModelTuning;
import io.backfill.models.Placement;
import io.backfill.models.RouterHeaders;
import io.backfill.testing.RecordingDispatcher;
import io.backfill.testing.SettableTime;
import io.backfill.testing.TestModels;
import io.backfill.testing.TestRequests;
import java.net.URI;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import org.junit.jupiter.api.Test;

class FleetRegistryTest {
    private static final Outcome OK = RecordingDispatcher.answer(200, "{}");
    private static final Outcome REFUSED = new Outcome.Unreachable("connection refused", false);

    private final SettableTime time = SettableTime.standing();
    private final AbortSignal abort = new AbortSignal(time);
    private final FleetRegistry fleets = new FleetRegistry(time);
    private final Model four = TestModels.model("m", 4, 64, TestModels.QUICK, ModelTuning.DEFAULT);

    @Test
    void aLaneShouldGoToItsOwnReplica() {
        for (int lane = 0; lane < 8; lane++) {
            assertThat(take(request(four, lane, 8, 1))).contains(TestModels.replica(lane / 2));
        }
    }

    @Test
    void modelsThatNothingCallsShouldBeForgotten() {
        Places.Place open = place("open");
        place("listed").release(OK);
        for (int i = 0; i < 1_000; i++) {
            place("made-up-" + i).release(OK);
        }
        time.advance(Duration.ofSeconds(30));
        place("young").release(OK);
        time.advance(Duration.ofSeconds(30));

        fleets.forgetIdle(name -> name.equals("listed"));

        assertThat(fleets.views()).extracting(ReplicaView::model).containsOnly("open", "listed", "young");
        open.release(OK);
        time.advance(Duration.ofMinutes(1));
        fleets.forgetIdle(name -> name.equals("listed"));
        assertThat(fleets.views()).extracting(ReplicaView::model).containsOnly("listed");
    }

    private Places.Place place(String model) {
        return fleets.tryTake(TestRequests.to(TestModels.model(model, 4), abort))
                .orElseThrow();
    }

    @Test
    void aLaneShouldWaitForRoomAtItsOwnReplica() {
        Model small = TestModels.model("m", 2, 1, TestModels.QUICK, ModelTuning.DEFAULT);
        Places.Place place = fleets.tryTake(request(small, 0, 2, 1)).orElseThrow();

        assertThat(fleets.tryTake(request(small, 0, 2, 1))).isEmpty();
        assertThat(take(request(small, 1, 2, 1))).contains(TestModels.replica(1));
        place.release(OK);
        place.release(OK);
        assertThat(take(request(small, 0, 2, 1))).contains(TestModels.replica(0));
        assertThat(fleets.tryTake(request(small, 0, 2, 1))).isEmpty();
    }

    @Test
    void anReplicaThatFailsShouldBeLeftAloneAndProbed() {
        fail(request(four, 0, 4, 1), 2);

        for (int i = 0; i < 20; i++) {
            assertThat(take(request(four, 0, 4, 1)).orElseThrow()).isNotEqualTo(TestModels.replica(0));
        }
        time.advance(Duration.ofSeconds(1));
        Places.Place probe = fleets.tryTake(request(four, 2, 4, 2)).orElseThrow();
        assertThat(probe.request().replica()).contains(TestModels.replica(0));
        assertThat(take(request(four, 0, 4, 1)).orElseThrow())
                .as("one probe at a time")
                .isNotEqualTo(TestModels.replica(0));
        probe.release(OK);
        assertThat(take(request(four, 0, 4, 1))).contains(TestModels.replica(0));
    }

    @Test
    void aRefusedProbeShouldMakeTheNextOneLater() {
        fail(request(four, 0, 4, 1), 2);
        time.advance(Duration.ofSeconds(1));
        fail(request(four, 0, 4, 1), 1);

        time.advance(Duration.ofSeconds(1));
        assertThat(take(request(four, 0, 4, 1)).orElseThrow()).isNotEqualTo(TestModels.replica(0));
        time.advance(Duration.ofSeconds(1));
        assertThat(take(request(four, 0, 4, 1))).contains(TestModels.replica(0));
    }

    /** The retries decide whether a model is unavailable, so their calls must be made. */
    @Test
    void aModelWithoutAnyGoodReplicaShouldStillBeCalled() {
        Model one = TestModels.model("m", 3);
        fail(request(one, 0, 1, 1), 5);

        assertThat(take(request(one, 0, 1, 1))).isPresent();
    }

    @Test
    void aRetryShouldGoWhereLeastIsOpen() {
        for (int lane : new int[] {0, 0, 1, 3}) {
            fleets.tryTake(request(four, lane, 4, 1));
        }
        assertThat(take(request(four, 0, 4, 2))).contains(TestModels.replica(2));
    }

    /** With few calls and many prompts, each call returns to the replica where its prefix is warm. */
    @Test
    void scoresShouldKeepPrefixesTogether() {
        Model scored = TestModels.model(
                "m",
                4,
                64,
                TestModels.QUICK,
                new ModelTuning(
                        new Placement(false, 1, Placement.TUNED),
                        Optional.empty(),
                        RouterHeaders.NONE,
                        OptionalInt.empty(),
                        MinuteBudget.UNLIMITED));
        Map<Integer, URI> home = new HashMap<>();
        for (int i = 0; i < 200; i++) {
            int document = i % 20;
            Places.Place place = fleets.tryTake(prompt(scored, ("document " + document + " ").repeat(200) + i))
                    .orElseThrow();
            URI replica = place.request().replica().orElseThrow();
            assertThat(home.computeIfAbsent(document, first -> replica)).isEqualTo(replica);
            place.release(OK);
        }
        assertThat(new java.util.HashSet<>(home.values())).hasSizeBetween(2, 4);
    }

    @Test
    void whatIsKnownOfAnReplicaShouldOutliveAnEdit() {
        fail(request(four, 0, 4, 1), 2);

        Model edited = TestModels.model("m", 4, 32, TestModels.QUICK, ModelTuning.DEFAULT);

        assertThat(take(request(edited, 0, 4, 1)).orElseThrow()).isNotEqualTo(TestModels.replica(0));
        assertThat(fleets.views()).extracting(ReplicaView::well).containsExactly(false, true, true, true);
        assertThat(fleets.views()).extracting(ReplicaView::limit).containsOnly(32);
    }

    private Optional<URI> take(ModelRequest request) {
        return fleets.tryTake(request).flatMap(place -> place.request().replica());
    }

    private void fail(ModelRequest request, int times) {
        for (int i = 0; i < times; i++) {
            fleets.tryTake(request).orElseThrow().release(REFUSED);
        }
    }

    private ModelRequest request(Model model, int lane, int lanes, int attempt) {
        return TestRequests.with(
                TestRequests.to(model, abort), "[]", Map.of(), TestRequests.scheduling(lane, lanes, attempt, 50));
    }

    private ModelRequest prompt(Model model, String text) {
        return TestRequests.with(
                TestRequests.to(model, abort), TestRequests.messages(text), Map.of(), TestRequests.SCHEDULING);
    }
}
