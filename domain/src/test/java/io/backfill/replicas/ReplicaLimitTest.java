package io.backfill.replicas;

import static org.assertj.core.api.Assertions.assertThat;

import io.backfill.models.Protection;
import io.backfill.testing.SeededRandom;
import io.backfill.testing.SettableTime;
import java.time.Duration;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Random;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.RepetitionInfo;
import org.junit.jupiter.api.Test;

class ReplicaLimitTest {
    private static final Optional<Duration> NO_PAUSE = Optional.empty();

    private final SettableTime time = SettableTime.standing();
    private final ReplicaLimit limit = limit(Optional.of(Protection.DEFAULT));

    @Test
    void withoutASignalThereShouldBeNoThrottle() {
        assertThat(limit.now()).isEqualTo(64);
        time.advance(Duration.ofHours(1));
        assertThat(limit.now()).isEqualTo(64);
    }

    @Test
    void oneFlightShouldDecreaseOnce() {
        long sent = time.getAsLong();
        time.advance(Duration.ofSeconds(1));
        for (int i = 0; i < 64; i++) {
            limit.answered(ReplicaLimit.Signal.SATURATED, NO_PAUSE, sent, 64);
        }
        assertThat(limit.now()).isEqualTo(32);

        time.advance(Duration.ofSeconds(1));
        limit.answered(ReplicaLimit.Signal.SATURATED, NO_PAUSE, time.getAsLong(), 32);
        assertThat(limit.now()).isEqualTo(16);
    }

    @Test
    void anExpiredCallShouldDecreaseALittle() {
        time.advance(Duration.ofSeconds(1));
        limit.answered(ReplicaLimit.Signal.EXPIRED, NO_PAUSE, time.getAsLong(), 64);

        assertThat(limit.now()).isEqualTo(57);
    }

    @Test
    void otherAnswersShouldChangeNothing() {
        time.advance(Duration.ofSeconds(1));
        for (int i = 0; i < 1000; i++) {
            limit.answered(ReplicaLimit.Signal.NONE, Optional.of(Duration.ofMinutes(1)), time.getAsLong(), 64);
        }
        assertThat(limit.now()).isEqualTo(64);
    }

    @Test
    void aPauseShouldCloseAndThenStartSlowly() {
        time.advance(Duration.ofSeconds(1));
        limit.answered(ReplicaLimit.Signal.SATURATED, Optional.of(Duration.ofSeconds(10)), time.getAsLong(), 64);
        assertThat(limit.isClosed()).isTrue();
        assertThat(limit.now()).isZero();

        time.advance(Duration.ofSeconds(10));
        assertThat(limit.now()).isEqualTo(1);
        // doubles with every limit's worth of answers, up to half of its previous value
        for (int worth = 1; worth < 32; worth *= 2) {
            assertThat(limit.now()).isEqualTo(worth);
            serve(worth);
        }
        assertThat(limit.now()).isEqualTo(32);
        serve(32);
        assertThat(limit.now()).isBetween(32, 33);
    }

    /** Otherwise a batch would never end on a model that requests a pause in every answer. */
    @Test
    void anReplicaThatServesNothingForItsPatienceShouldNotBeWaitedFor() {
        time.advance(Duration.ofMinutes(11));

        limit.answered(ReplicaLimit.Signal.SATURATED, Optional.of(Duration.ofSeconds(10)), time.getAsLong(), 64);

        assertThat(limit.isClosed()).isFalse();
        assertThat(limit.now()).isEqualTo(32);
    }

    @Test
    void waitingRequestsShouldDecreaseAndQuietPollsIncrease() {
        poll(60, 1, 0.5, 60);
        assertThat(limit.now()).isEqualTo(32);
        poll(30, 0, 0.5, 30);
        assertThat(limit.now()).isEqualTo(35);
        poll(30, 0, 0.85, 30);
        assertThat(limit.now()).as("no room in the KV cache").isEqualTo(35);
        poll(5, 0, 0.1, 5);
        assertThat(limit.now()).as("the limit is not used").isEqualTo(35);
    }

    @Test
    void theRunningTargetShouldCountTheOthers() {
        ReplicaLimit ceiling = limit(Optional.of(new Protection(true, 1, OptionalInt.of(40), 0.8)));
        ceiling.polled(new EngineMetrics(50, 0, 0.2, OptionalInt.empty(), EngineTotals.NONE), 30, 30);
        assertThat(ceiling.now()).isEqualTo(20);
        ceiling.polled(new EngineMetrics(90, 0, 0.2, OptionalInt.empty(), EngineTotals.NONE), 20, 20);
        assertThat(ceiling.now()).isEqualTo(1);
    }

    @Test
    void staleMetricsShouldMeanTheFloorWhereTheyAreRequired() {
        ReplicaLimit required = limit(Optional.of(new Protection(true, 1, OptionalInt.empty(), 0.8)));
        assertThat(required.now()).as("nothing known yet").isEqualTo(1);
        required.polled(new EngineMetrics(0, 0, 0, OptionalInt.empty(), EngineTotals.NONE), 0, 0);
        assertThat(required.now()).isEqualTo(64);

        time.advance(Duration.ofSeconds(6));
        assertThat(required.now()).isEqualTo(1);
    }

    /** The limit is never more than the cap, and at least one call unless the replica is closed. */
    @RepeatedTest(100)
    void theLimitShouldStayBetweenFloorAndCap(RepetitionInfo run) {
        Random random = SeededRandom.of(run);
        for (int i = 0; i < 500; i++) {
            long sent = time.getAsLong() - random.nextInt(1_000_000);
            time.advance(Duration.ofMillis(random.nextInt(700)));
            switch (random.nextInt(4)) {
                case 0 -> poll(random.nextInt(100), random.nextInt(3), random.nextDouble(), random.nextInt(65));
                case 1 ->
                    limit.answered(
                            ReplicaLimit.Signal.SATURATED,
                            random.nextBoolean() ? NO_PAUSE : Optional.of(Duration.ofMillis(random.nextInt(2000))),
                            sent,
                            random.nextInt(65));
                default -> limit.answered(ReplicaLimit.Signal.SERVED, NO_PAUSE, sent, 1 + random.nextInt(64));
            }
            assertThat(limit.now()).isBetween(limit.isClosed() ? 0 : 1, 64);
        }
    }

    /** Compares each result with the documented rules, evaluated anew from the complete history. */
    @RepeatedTest(150)
    void theLimitShouldFollowFromAllThatHappenedAsTheLawSays(RepetitionInfo run) {
        Random random = SeededRandom.of(run);
        Optional<Protection> protection = random.nextInt(4) == 0
                ? Optional.empty()
                : Optional.of(new Protection(
                        random.nextInt(3) == 0,
                        1 + random.nextInt(2),
                        random.nextBoolean() ? OptionalInt.empty() : OptionalInt.of(1 + random.nextInt(60)),
                        0.8));
        int cap = 1 + random.nextInt(64);
        int first = 1 + random.nextInt(cap);
        int asks = 1 + random.nextInt(6);
        ReplicaLimit law = new ReplicaLimit(LimitConfig.DEFAULT, protection, Duration.ofSeconds(20), first, cap, time);
        NaiveLimit naive = new NaiveLimit(protection, Duration.ofSeconds(20), first, cap, time.getAsLong());
        for (int i = 0; i < 300; i++) {
            time.advance(Duration.ofMillis(random.nextInt(random.nextInt(30) == 0 ? 30_000 : 700)));
            long now = time.getAsLong();
            long sent = now - random.nextInt(2000) * 1_000_000L;
            int open = random.nextInt(cap + 1);
            int event = random.nextInt(20);
            if (event < 5) {
                EngineMetrics metrics = new EngineMetrics(
                        random.nextInt(80),
                        Math.max(0, random.nextInt(6) - 3),
                        random.nextDouble(),
                        OptionalInt.empty(),
                        EngineTotals.NONE);
                law.polled(metrics, open, open);
                naive.polled(now, metrics, open);
            } else {
                ReplicaLimit.Signal signal = event == 5
                        ? ReplicaLimit.Signal.SATURATED
                        : event == 6
                                ? ReplicaLimit.Signal.EXPIRED
                                : event == 7 ? ReplicaLimit.Signal.NONE : ReplicaLimit.Signal.SERVED;
                Optional<Duration> pause =
                        random.nextBoolean() ? NO_PAUSE : Optional.of(Duration.ofMillis(random.nextInt(4000)));
                law.answered(signal, pause, sent, open);
                naive.answered(now, signal, pause, sent, open);
            }
            // not after every event: the result must not depend on the times of the queries
            if (random.nextInt(asks) == 0) {
                assertThat(law.now()).as("event %d", i).isEqualTo(naive.at(now));
            }
        }
    }

    private void serve(int answers) {
        int open = limit.now();
        for (int i = 0; i < answers; i++) {
            limit.answered(ReplicaLimit.Signal.SERVED, NO_PAUSE, time.getAsLong(), open);
        }
    }

    private void poll(int running, int waiting, double kvUsage, int open) {
        limit.polled(new EngineMetrics(running, waiting, kvUsage, OptionalInt.empty(), EngineTotals.NONE), open, open);
    }

    private ReplicaLimit limit(Optional<Protection> protection) {
        return new ReplicaLimit(LimitConfig.DEFAULT, protection, Duration.ofMinutes(10), 64, 64, time);
    }
}
