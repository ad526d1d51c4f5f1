package io.backfill.benchmarks;

import static org.assertj.core.api.Assertions.assertThat;

import io.backfill.dispatch.AbortSignal;
import io.backfill.dispatch.ModelRequest;
import io.backfill.dispatch.Outcome;
import io.backfill.fair.Places;
import io.backfill.models.Model;
import io.backfill.models.ModelTuning;
import io.backfill.replicas.EngineMetrics;
import io.backfill.replicas.EngineTotals;
import io.backfill.replicas.FleetRegistry;
import io.backfill.replicas.ReplicaView;
import io.backfill.simulator.engine.CoreRequest;
import io.backfill.simulator.engine.EngineCore;
import io.backfill.simulator.engine.EngineParameters;
import io.backfill.testing.RecordingDispatcher;
import io.backfill.testing.SettableTime;
import io.backfill.testing.TestModels;
import io.backfill.testing.TestRequests;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Random;

/**
 * The product's replicas in front of one engine, in virtual time: some calls of a batch take very long, the others are short, and
 * interactive users send at random, at a rate that the test changes. At every poll it compares the number of open calls that the
 * product knows with the number that the engine was sent and has not answered.
 */
final class BurstScene {
    private static final double POLL_SECONDS = 0.5;
    private static final Outcome SERVED = RecordingDispatcher.answer(200, "{}");

    /** Occupancy of the engine at one poll. */
    record Sample(double at, int running, int waiting, int ofBatch) {}

    private final EngineParameters parameters;
    private final SettableTime time = SettableTime.standing();
    private final FleetRegistry fleets = new FleetRegistry(time);
    private final Model model;
    private final ModelRequest request;
    private final EngineCore core;
    private final List<Sample> samples = new ArrayList<>();
    private final List<Places.Place> ended = new ArrayList<>();
    private final Random random = new Random(1);
    private double clock;
    private double nextPoll;
    private double nextUser;
    private int open;
    private long sent;

    BurstScene(EngineParameters parameters, int maxInFlight) {
        this.parameters = parameters;
        this.model = TestModels.model("m", 1, maxInFlight, TestModels.QUICK, ModelTuning.DEFAULT);
        this.request = TestRequests.to(model, new AbortSignal(time));
        this.core = new EngineCore(parameters, new EngineCore.Listener() {
            @Override
            public void finished(CoreRequest sequence) {
                if (sequence.tag() instanceof Places.Place place) {
                    ended.add(place);
                }
            }
        });
    }

    /** Sends a call of the batch, if the product finds a place for it. */
    boolean send(int promptTokens, int outputTokens) {
        Optional<Places.Place> place = fleets.tryTake(request);
        place.ifPresent(taken -> {
            open++;
            core.submit(new CoreRequest(new long[0], promptTokens, outputTokens, 0, taken));
        });
        return place.isPresent();
    }

    /**
     * Goes on until {@code until}, with as many short calls as the product lets in.
     *
     * @param usersPerSecond requests of interactive users, 500 tokens in and 100 out
     */
    void run(double until, double usersPerSecond) {
        nextUser = clock + gap(usersPerSecond);
        while (clock < until) {
            for (; nextUser <= clock; nextUser += gap(usersPerSecond)) {
                core.submit(new CoreRequest(new long[0], 500, 100, 0, "user " + sent++));
            }
            for (; nextPoll <= clock; nextPoll += POLL_SECONDS) {
                poll();
            }
            boolean more = true;
            while (more) {
                more = send(300, 60);
            }
            double before = clock;
            clock = core.idle() ? Math.min(nextUser, nextPoll) : clock + core.step();
            time.advance(Duration.ofNanos(Math.round((clock - before) * 1e9)));
            for (Places.Place place : ended) {
                open--;
                place.release(SERVED);
            }
            ended.clear();
        }
    }

    int open() {
        return open;
    }

    List<Sample> samples(double from, double to) {
        return samples.stream()
                .filter(sample -> sample.at() >= from && sample.at() < to)
                .toList();
    }

    double meanOfBatch(double from, double to) {
        return samples(from, to).stream().mapToInt(Sample::ofBatch).average().orElseThrow();
    }

    private void poll() {
        fleets.polled(
                TestModels.replica(0),
                new EngineMetrics(
                        core.running(),
                        core.waiting(),
                        core.kvUsage(),
                        OptionalInt.of(parameters.blocks()),
                        EngineTotals.NONE));
        fleets.forgetIdle(name -> false);
        assertThat(fleets.views())
                .extracting(ReplicaView::open)
                .as("open calls at %.1f s", clock)
                .containsExactly(open);
        samples.add(new Sample(clock, core.running(), core.waiting(), open));
    }

    private double gap(double perSecond) {
        return -Math.log(1 - random.nextDouble()) / perSecond;
    }
}
