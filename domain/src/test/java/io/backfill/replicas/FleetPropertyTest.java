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
import io.backfill.models.Protection;
import io.backfill.models.RouterHeaders;
import io.backfill.tenants.TenantId;
import io.backfill.testing.RecordingDispatcher;
import io.backfill.testing.SeededIds;
import io.backfill.testing.SeededRandom;
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
import java.util.OptionalInt;
import java.util.Random;
import java.util.TreeSet;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.RepetitionInfo;

/** Whatever happens to the replicas, every call goes where the rules say. */
class FleetPropertyTest {
    private static final int STEPS = 400;

    /** An outcome, and what it shows about the replica's health and the lines that the replica serves. */
    private record End(Outcome outcome, NaivePicker.Health health, boolean serves) {}

    private record OpenCall(Places.Place place, ModelRequest call, int replica, NaivePicker.Probe probe, long sentAt) {}

    private static final List<End> ENDS = List.of(
            new End(RecordingDispatcher.answer(200, "{}"), NaivePicker.Health.WELL, true),
            new End(RecordingDispatcher.answer(400, "{}"), NaivePicker.Health.WELL, true),
            new End(answer(429, Optional.empty(), Optional.empty()), NaivePicker.Health.WELL, false),
            new End(answer(503, Optional.of(Duration.ofSeconds(2)), Optional.empty()), NaivePicker.Health.WELL, false),
            new End(answer(429, Optional.empty(), Optional.of("rejected-saturated")), NaivePicker.Health.WELL, false),
            new End(answer(503, Optional.empty(), Optional.of("rejected-ttl-expired")), NaivePicker.Health.WELL, false),
            new End(new Outcome.AnswerTooLarge("larger"), NaivePicker.Health.WELL, true),
            new End(RecordingDispatcher.answer(403, "{}"), NaivePicker.Health.REFUSED, false),
            new End(RecordingDispatcher.answer(404, "{}"), NaivePicker.Health.REFUSED, false),
            new End(RecordingDispatcher.answer(500, "{}"), NaivePicker.Health.FAILED, false),
            new End(RecordingDispatcher.answer(408, "{}"), NaivePicker.Health.FAILED, false),
            new End(new Outcome.TimedOut(), NaivePicker.Health.FAILED, false),
            new End(new Outcome.Unreachable("reset", true), NaivePicker.Health.FAILED, false),
            new End(new Outcome.Unreachable("refused", false), NaivePicker.Health.UNREACHABLE, false),
            new End(new Outcome.Cancelled(), NaivePicker.Health.UNKNOWN, false));

    private final SettableTime time = SettableTime.standing();
    private final AbortSignal abort = new AbortSignal(time);

    @RepeatedTest(200)
    void everyCallShouldGoWhereTheRulesSay(RepetitionInfo run) {
        Random random = SeededRandom.of(run);
        int replicas = 1 + random.nextInt(6);
        List<Optional<ContextLength>> lengths = lengths(random, replicas);
        Placement placement = placement(random, lengths);
        Model model =
                TestModels.model("m", replicas, 1 + random.nextInt(12), TestModels.QUICK, tuning(random, placement));
        Fleet fleet = new Fleet(model, time);
        NaivePicker naive = new NaivePicker(placement, lengths);
        List<OpenCall> open = new ArrayList<>();
        // the ratio of good to bad events varies from run to run; otherwise no state would ever be far from the average
        int calm = random.nextInt(ENDS.size() * 4);
        int busy = 1 + random.nextInt(8);

        for (int step = 0; step < STEPS; step++) {
            int what = random.nextInt(8 + busy);
            if (what < 1) {
                time.advance(Duration.ofMillis(random.nextInt(100) == 0 ? 200_000 : random.nextInt(1_500)));
            } else if (what < 2) {
                int replica = random.nextInt(replicas);
                EngineMetrics metrics = metrics(random);
                fleet.polled(
                        TestModels.replica(replica),
                        metrics,
                        new OwnCalls(
                                fleet.open(TestModels.replica(replica)),
                                fleet.open(TestModels.replica(replica)),
                                fleet.ended(TestModels.replica(replica))));
                naive.polled(replica, metrics, time.getAsLong());
            } else if (what < 8 && !open.isEmpty()) {
                OpenCall ended = open.remove(random.nextInt(open.size()));
                End end = ENDS.get(Math.max(0, random.nextInt(ENDS.size() + calm) - calm));
                ended.place.release(end.outcome);
                boolean answered =
                        end.outcome instanceof Outcome.Answered || end.outcome instanceof Outcome.AnswerTooLarge;
                long now = time.getAsLong();
                naive.released(
                        ended.call,
                        ended.replica,
                        end.health,
                        answered,
                        end == ENDS.getFirst(),
                        ended.probe,
                        ended.sentAt,
                        now);
                boolean refused = end.health == NaivePicker.Health.REFUSED;
                naive.releasedOfLines(ended.replica, end.serves, refused, ended.probe, now);
            } else {
                ModelRequest call = call(random, model, step);
                TreeSet<Integer> expected = naive.mayTake(call, fleet.views(), time.getAsLong());
                Optional<Places.Place> place = fleet.tryTake(call);
                if (expected.isEmpty()) {
                    assertThat(place).as("step %s", step).isEmpty();
                } else {
                    assertThat(place).as("step %s: one of %s", step, expected).isPresent();
                    int picked = numberOf(place.get().request().replica().orElseThrow(), replicas);
                    assertThat(expected).as("step %s", step).contains(picked);
                    long now = time.getAsLong();
                    open.add(new OpenCall(place.get(), call, picked, naive.taken(call, picked, now), now));
                }
            }
            for (int i = 0; i < replicas; i++) {
                ReplicaView view = fleet.views().get(i);
                assertThat(view.well()).as("step %s", step).isEqualTo(!naive.isBroken(i));
                assertThat(view.open()).as("step %s", step).isEqualTo(naive.open(i));
            }
        }
    }

    private ModelRequest call(Random random, Model model, int step) {
        TenantId tenant = new TenantId(random.nextInt(4) == 0 ? "bob" : "alice");
        String text = ("group " + random.nextInt(3)).repeat(80 + 40 * random.nextInt(3))
                + ("part " + random.nextInt(4)).repeat(random.nextInt(100))
                + step;
        String header = random.nextBoolean() ? "x-session-id" : "X-Session-ID";
        Map<String, String> headers =
                random.nextBoolean() ? Map.of() : Map.of(header, "s" + random.nextInt(4), "accept-language", "en");
        int lanes = random.nextInt(10) == 0 ? 7 : model.lanes();
        return TestRequests.with(
                TestRequests.to(model, tenant, SeededIds.batch(1), step, abort),
                random.nextInt(10) == 0 ? "[]" : TestRequests.messages(text),
                headers,
                TestRequests.scheduling(random.nextInt(lanes), lanes, 1 + random.nextInt(2), random.nextInt(20_000)));
    }

    private static Placement placement(Random random, List<Optional<ContextLength>> lengths) {
        Map<String, Double> weights = new HashMap<>();
        for (String scorer : new TreeSet<>(WeightedScorers.names())) {
            if (random.nextBoolean()) {
                weights.put(scorer, (double) random.nextInt(4));
            }
        }
        Map<URI, ContextLength> byAddress = new HashMap<>();
        for (int i = 0; i < lengths.size(); i++) {
            URI address = TestModels.replica(i);
            lengths.get(i).ifPresent(length -> byAddress.put(address, length));
        }
        int explore = List.of(0, 0, 3, 10, 50, 100).get(random.nextInt(6));
        int mostBehind =
                List.of(0, 5_000, 30_000, HotPrefixGuard.DEFAULT.mostBehind()).get(random.nextInt(4));
        return new Placement(
                random.nextBoolean(),
                1 + random.nextInt(3),
                weights,
                new HotPrefixGuard(explore, mostBehind),
                byAddress);
    }

    private static List<Optional<ContextLength>> lengths(Random random, int replicas) {
        List<Optional<ContextLength>> lengths = new ArrayList<>();
        for (int i = 0; i < replicas; i++) {
            int min = random.nextInt(15_000);
            ContextLength length = new ContextLength(min, min + random.nextInt(15_000));
            lengths.add(random.nextBoolean() ? Optional.empty() : Optional.of(length));
        }
        return lengths;
    }

    private static ModelTuning tuning(Random random, Placement placement) {
        Optional<Protection> protection = switch (random.nextInt(3)) {
            case 0 -> Optional.empty();
            case 1 -> Optional.of(Protection.DEFAULT);
            default -> Optional.of(new Protection(true, 1, OptionalInt.of(8), 0.8));
        };
        return new ModelTuning(placement, protection, RouterHeaders.NONE, OptionalInt.empty(), MinuteBudget.UNLIMITED);
    }

    private static EngineMetrics metrics(Random random) {
        return new EngineMetrics(
                random.nextInt(10),
                random.nextBoolean() ? 0 : random.nextInt(200),
                random.nextInt(5) / 4.0,
                OptionalInt.empty(),
                EngineTotals.NONE);
    }

    private static Outcome answer(int status, Optional<Duration> retryAfter, Optional<String> dropReason) {
        return new Outcome.Answered(status, new byte[0], "application/json", "r", retryAfter, dropReason);
    }

    private static int numberOf(URI replica, int replicas) {
        for (int i = 0; i < replicas; i++) {
            if (TestModels.replica(i).equals(replica)) {
                return i;
            }
        }
        throw new AssertionError(replica);
    }
}
