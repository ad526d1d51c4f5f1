package io.backfill.replicas;

import static io.backfill.testing.RecordingDispatcher.answer;
import static org.assertj.core.api.Assertions.assertThat;

import io.backfill.dispatch.AbortSignal;
import io.backfill.dispatch.DispatchObserver;
import io.backfill.dispatch.ModelRequest;
import io.backfill.dispatch.Outcome;
import io.backfill.dispatch.RetryingDispatcher;
import io.backfill.fair.Places;
import io.backfill.models.Model;
import io.backfill.models.ModelTuning;
import io.backfill.models.RetryPolicy;
import io.backfill.testing.SettableTime;
import io.backfill.testing.TestModels;
import io.backfill.testing.TestRequests;
import java.net.URI;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.function.Function;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What one bad replica, key or line may cost. Tests retries, fleet and limits together, with a clock that the test moves. */
@Timeout(60)
class ReplicaIsolationTest {
    private static final Outcome OK = answer(200, "{}");
    private static final URI BAD = TestModels.replica(0);
    /** Marks the line that a test is about. */
    private static final int BAD_TOKENS = 666;

    private static final RetryPolicy RETRY =
            new RetryPolicy(3, Duration.ofMillis(1), Duration.ofMillis(2), Duration.ofSeconds(60));

    private final SettableTime time = SettableTime.standing();
    private final AbortSignal abort = new AbortSignal(time);
    private final FleetRegistry fleets = new FleetRegistry(time);
    private final Model four = model(4, 64);
    private final Map<URI, Integer> received = new HashMap<>();
    private final List<Places.Place> open = new ArrayList<>();

    @ParameterizedTest
    @ValueSource(ints = {401, 403, 404, 405})
    void aReplicaThatDoesNotServeTheModelShouldCostNoLine(int status) throws InterruptedException {
        RetryingDispatcher retrying =
                retrying(sent -> isAt(sent, BAD) ? answer(status, "{}") : OK, Duration.ofMillis(10));
        for (int line = 0; line < 1000; line++) {
            assertThat(retrying.dispatch(line(four, line % 4, Map.of()))).isSameAs(OK);
        }
        // in ten seconds: three lines until the replica counts as refusing, then probes after 1, 2 and 4 s
        assertThat(received.get(BAD)).isLessThan(10);
    }

    /** A key is being rotated, or the model is being loaded. The refusal is not an answer to the line. */
    @ParameterizedTest
    @ValueSource(ints = {401, 403, 404, 405})
    void refusalsOfAllReplicasShouldBeWaitedOut(int status) throws InterruptedException {
        long rotated = Duration.ofSeconds(50).toNanos();
        RetryingDispatcher retrying =
                retrying(sent -> time.getAsLong() < rotated ? answer(status, "{}") : OK, Duration.ofMillis(500));

        assertThat(retrying.dispatch(line(four, 0, Map.of()))).isSameAs(OK);
    }

    @ParameterizedTest
    @ValueSource(ints = {401, 403, 404, 405})
    void refusalsOfAllReplicasShouldEndTheLineAfterThePatience(int status) throws InterruptedException {
        Outcome refused = answer(status, "{}");
        RetryingDispatcher retrying = retrying(sent -> refused, Duration.ofSeconds(1));

        assertThat(retrying.dispatch(line(four, 0, Map.of()))).isSameAs(refused);
        assertThat(time.getAsLong()).isBetween(seconds(60), seconds(70));
        int calls = calls();
        assertThat(retrying.dispatch(line(four, 0, Map.of()))).isSameAs(refused);
        assertThat(calls() - calls).as("the next line knows").isLessThanOrEqualTo(5);
    }

    /** All replicas refuse one line while they serve others, so the line is at fault. */
    @Test
    void aLineThatTheReplicasRefuseWhileTheyServeOthersShouldEnd() throws InterruptedException {
        Outcome refused = answer(403, "{}");
        int[] attempts = {0};
        beforeEachOfBadLine = () -> {
            attempts[0]++;
            serveOthers(four, 4);
        };

        assertThat(retrying(sent -> refused, Duration.ofMillis(100)).dispatch(bad(four)))
                .isSameAs(refused);
        assertThat(attempts[0]).isBetween(2, 4);
    }

    @ParameterizedTest
    @ValueSource(ints = {429, 503})
    void aLineThatAloneIsRefusedShouldEndAfterThePatienceAndSlowNoOtherDown(int status) throws InterruptedException {
        Model one = model(1, 64);
        Outcome refused = answer(status, "{}");
        RetryingDispatcher retrying = retrying(sent -> isBad(sent) ? refused : OK, Duration.ofMillis(500));
        beforeEachOfBadLine = () -> {
            assertThat(time.getAsLong()).isLessThanOrEqualTo(seconds(100));
            serveOthers(one, 32);
            assertThat(retrying.dispatch(line(one, 0, Map.of()))).isSameAs(OK);
        };

        assertThat(retrying.dispatch(bad(one))).isSameAs(refused);
        assertThat(time.getAsLong()).isBetween(seconds(60), seconds(70));
        assertThat(fleets.views().getFirst().limit()).isGreaterThanOrEqualTo(32);
    }

    @Test
    void aHangingReplicaShouldHaveOneProbeOpen() {
        fail(BAD, 5);
        int probes = 0;
        for (int second = 0; second < 600; second++) {
            time.advance(Duration.ofSeconds(1));
            Places.Place place = fleets.tryTake(line(four, 0, Map.of())).orElseThrow();
            if (isAt(place.request(), BAD)) {
                probes++;
                open.add(place);
            } else {
                place.release(OK);
            }
            // calls that hang end with the model's time-out of 30 s
            if (second % 29 == 28) {
                open.forEach(hanging -> hanging.release(new Outcome.TimedOut()));
                open.clear();
            }
            assertThat(openAt(BAD)).isLessThanOrEqualTo(1);
        }
        assertThat(probes).isBetween(10, 25);
    }

    @Test
    void aProbeShouldStayInsideTheLimit() {
        while (openAt(BAD)
                < fleets.views().stream().findFirst().map(ReplicaView::limit).orElse(1)) {
            open.add(fleets.tryTake(line(four, 0, Map.of())).orElseThrow());
        }
        int full = openAt(BAD);
        List<Places.Place> failing = List.copyOf(open.subList(0, 5));
        failing.forEach(place -> place.release(new Outcome.TimedOut()));
        open.removeAll(failing);
        for (int second = 0; second < 600; second++) {
            time.advance(Duration.ofSeconds(1));
            fleets.tryTake(line(four, 0, Map.of())).ifPresent(place -> {
                if (isAt(place.request(), BAD)) {
                    open.add(place);
                } else {
                    place.release(OK);
                }
            });
            assertThat(openAt(BAD)).isLessThanOrEqualTo(full);
        }
    }

    @Test
    void aSilentReplicaShouldGetNoNewCallsButAProbe() {
        for (int i = 0; i < 8; i++) {
            open.add(fleets.tryTake(line(four, 0, Map.of())).orElseThrow());
        }
        time.advance(Duration.ofSeconds(1));
        serveAt(1, Duration.ofSeconds(2));
        time.advance(Duration.ofSeconds(28));
        serveAt(1, Duration.ofSeconds(2));
        assertThat(openAt(BAD)).isEqualTo(8);

        for (int i = 0; i < 50; i++) {
            assertThat(fleets.tryTake(line(four, 0, Map.of()))).isPresent();
        }
        assertThat(openAt(BAD)).as("one probe").isEqualTo(9);

        open.removeFirst().release(OK);
        assertThat(fleets.tryTake(line(four, 0, Map.of()))
                        .orElseThrow()
                        .request()
                        .replica())
                .contains(BAD);
    }

    /** All replicas are slow, so this is a property of the model. */
    @Test
    void aReplicaThatIsAsSlowAsTheOthersShouldNotBeSuspected() {
        for (int i = 0; i < 8; i++) {
            open.add(fleets.tryTake(line(four, 0, Map.of())).orElseThrow());
        }
        serveAt(1, Duration.ofSeconds(40));
        time.advance(Duration.ofSeconds(40));

        assertThat(fleets.tryTake(line(four, 0, Map.of()))
                        .orElseThrow()
                        .request()
                        .replica())
                .contains(BAD);
    }

    /** Immediate refusals are no evidence of how long a line may take. */
    @Test
    void refusalsOfOthersShouldMakeNoReplicaSuspect() {
        open.add(fleets.tryTake(line(four, 0, Map.of())).orElseThrow());
        time.advance(Duration.ofSeconds(40));
        fleets.tryTake(line(four, 1, Map.of())).orElseThrow().release(answer(429, "{}"));
        time.advance(Duration.ofMillis(1));

        assertThat(fleets.tryTake(line(four, 0, Map.of()))
                        .orElseThrow()
                        .request()
                        .replica())
                .contains(BAD);
    }

    @Test
    void theViewShouldSayWhatAReplicaRefuses() {
        for (int i = 0; i < 3; i++) {
            fleets.tryTake(line(four, 0, Map.of())).orElseThrow().release(answer(404, "{}"));
        }
        assertThat(fleets.views()).extracting(ReplicaView::refusing).containsExactly(1, 0, 0, 0);
        time.advance(Duration.ofSeconds(1));
        fleets.tryTake(line(four, 0, Map.of())).orElseThrow().release(OK);
        assertThat(fleets.views()).extracting(ReplicaView::refusing).containsOnly(0);
    }

    @Test
    void firstLimitsShouldBeTwiceTheShareOfTheCapAndGrow() {
        for (int lane = 0; lane < 4; lane++) {
            fleets.tryTake(line(four, lane, Map.of())).orElseThrow().release(OK);
        }
        assertThat(fleets.views()).extracting(ReplicaView::limit).containsOnly(32);
        for (int round = 0; round < 100; round++) {
            for (int i = 0; i < 32; i++) {
                open.add(fleets.tryTake(line(four, 0, Map.of())).orElseThrow());
            }
            open.forEach(place -> place.release(OK));
            open.clear();
        }
        assertThat(fleets.views().getFirst().limit()).isGreaterThan(48);
        assertThat(new FleetRegistry(time).tryTake(line(model(16, 3), 0, Map.of())))
                .isPresent();
    }

    @ParameterizedTest
    @ValueSource(longs = {3600, 86_400, 251_640_000_000L, Long.MAX_VALUE / 2})
    void aFarRetryAfterShouldCloseNoLongerThanTheLongestBackOff(long seconds) {
        Model one = model(1, 64);
        Places.Place place = fleets.tryTake(line(one, 0, Map.of())).orElseThrow();

        place.release(answer(429, Duration.ofSeconds(seconds)));

        assertThat(fleets.views().getFirst().open()).isZero();
        time.advance(RETRY.max());
        assertThat(fleets.tryTake(line(one, 0, Map.of()))).isPresent();
    }

    @Test
    void aServedAnswerShouldReopen() {
        Model one = TestModels.model(
                "m",
                1,
                64,
                new RetryPolicy(3, Duration.ofSeconds(1), Duration.ofSeconds(60), Duration.ofMinutes(10)),
                ModelTuning.DEFAULT);
        Places.Place early = fleets.tryTake(line(one, 0, Map.of())).orElseThrow();
        fleets.tryTake(line(one, 0, Map.of())).orElseThrow().release(answer(429, Duration.ofSeconds(60)));
        assertThat(fleets.tryTake(line(one, 0, Map.of()))).isEmpty();

        early.release(OK);

        assertThat(fleets.tryTake(line(one, 0, Map.of()))).isPresent();
    }

    /** Two tenants have separate keys, and the quota of one key is exhausted. */
    @Test
    void aKeyWithoutQuotaShouldNotCloseTheReplicaForOthers() {
        Model one = TestModels.model(
                "m",
                1,
                64,
                new RetryPolicy(3, Duration.ofSeconds(1), Duration.ofSeconds(60), Duration.ofMinutes(10)),
                ModelTuning.DEFAULT);
        Map<String, String> poor = Map.of("Authorization", "Bearer poor");
        Map<String, String> rich = Map.of("authorization", "Bearer rich");
        for (int i = 0; i < 4; i++) {
            Optional<Places.Place> place = fleets.tryTake(line(one, 0, poor));
            place.ifPresent(taken -> taken.release(answer(429, Duration.ofSeconds(60))));
            time.advance(Duration.ofSeconds(1));
        }

        assertThat(fleets.tryTake(line(one, 0, poor))).isEmpty();
        assertThat(fleets.tryTake(line(one, 0, rich))).isPresent();
        assertThat(fleets.views().getFirst().limit()).isEqualTo(64);
    }

    @ParameterizedTest
    @ValueSource(ints = {401, 403})
    void aWrongKeyShouldNotCloseTheReplicasForOthers(int status) {
        Map<String, String> wrong = Map.of("Authorization", "Bearer wrong");
        Map<String, String> right = Map.of("Authorization", "Bearer right");
        for (int i = 0; i < 100; i++) {
            fleets.tryTake(line(four, 0, wrong)).orElseThrow().release(answer(status, "{}"));
        }

        assertThat(fleets.tryTake(line(four, 0, right)).orElseThrow().request().replica())
                .contains(BAD);
        assertThat(fleets.views()).extracting(ReplicaView::well).containsOnly(true);
    }

    /** The place is released whatever the fleet learns from the answer. */
    @Test
    void aPlaceShouldBeFreeWhateverTheAnswerWas() {
        Model one = model(1, 64);
        for (Duration odd : List.of(
                Duration.ofSeconds(Long.MAX_VALUE), Duration.ofSeconds(-5), Duration.ofSeconds(Long.MIN_VALUE))) {
            Places.Place place = fleets.tryTake(line(one, 0, Map.of())).orElseThrow();
            place.release(answer(503, odd));
            place.release(answer(503, odd));
            assertThat(fleets.views().getFirst().open()).isZero();
            time.advance(RETRY.max());
        }
    }

    private interface Interlude {
        void run() throws InterruptedException;
    }

    /** Runs before each attempt of the line that the test is about. */
    private Interlude beforeEachOfBadLine = () -> {};

    private RetryingDispatcher retrying(Function<ModelRequest, Outcome> model, Duration took) {
        return new RetryingDispatcher(
                request -> {
                    if (isBad(request)) {
                        beforeEachOfBadLine.run();
                    }
                    Places.Place place = fleets.tryTake(request).orElseThrow();
                    received.merge(place.request().replica().orElseThrow(), 1, Integer::sum);
                    time.advance(took);
                    Outcome outcome = model.apply(place.request());
                    place.release(outcome);
                    return outcome;
                },
                DispatchObserver.NONE,
                time,
                new Random(1));
    }

    private void serveOthers(Model model, int atOnce) {
        time.advance(Duration.ofMillis(1));
        List<Places.Place> others = new ArrayList<>();
        for (int i = 0; i < atOnce; i++) {
            fleets.tryTake(line(model, i % model.replicas().size(), Map.of())).ifPresent(others::add);
        }
        others.forEach(place -> place.release(OK));
        time.advance(Duration.ofMillis(1));
    }

    private void serveAt(int lane, Duration took) {
        Places.Place place = fleets.tryTake(line(four, lane, Map.of())).orElseThrow();
        time.advance(took);
        place.release(OK);
    }

    private void fail(URI replica, int times) {
        for (int i = 0; i < times; i++) {
            Places.Place place = fleets.tryTake(line(four, 0, Map.of())).orElseThrow();
            assertThat(place.request().replica()).contains(replica);
            place.release(new Outcome.TimedOut());
        }
    }

    private int openAt(URI replica) {
        return fleets.views().stream()
                .filter(view -> view.address().equals(replica))
                .mapToInt(ReplicaView::open)
                .sum();
    }

    private int calls() {
        return received.values().stream().mapToInt(each -> each).sum();
    }

    private static boolean isAt(ModelRequest request, URI replica) {
        return request.replica().equals(Optional.of(replica));
    }

    private static boolean isBad(ModelRequest request) {
        return request.scheduling().promptTokens() == BAD_TOKENS;
    }

    private ModelRequest bad(Model model) {
        return TestRequests.withScheduling(
                line(model, 0, Map.of()),
                TestRequests.scheduling(0, model.replicas().size(), 1, BAD_TOKENS));
    }

    private static long seconds(int seconds) {
        return Duration.ofSeconds(seconds).toNanos();
    }

    private static Model model(int replicas, int cap) {
        return TestModels.model("m", replicas, cap, RETRY, ModelTuning.DEFAULT);
    }

    private ModelRequest line(Model model, int lane, Map<String, String> headers) {
        int lanes = model.replicas().size();
        return TestRequests.with(
                TestRequests.to(model, abort), "[]", headers, TestRequests.scheduling(lane, lanes, 1, 50));
    }
}
