package io.backfill.replicas;

import static org.assertj.core.api.Assertions.assertThat;

import io.backfill.models.Protection;
import io.backfill.testing.SeededRandom;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.RepetitionInfo;
import org.junit.jupiter.api.Test;

/** The pace against an engine that is a curve, in virtual time. */
class EnginePaceTest {
    private static final long STEP = Duration.ofMillis(10).toNanos();
    private static final int CAP = 64;
    private static final int OUTPUT = 24;
    private static final int FRESH = 1000;
    private static final double WORK = FRESH + 8.0 * OUTPUT;

    private final Random random = new Random(1);
    private long now = 1;
    private EnginePace pace = new EnginePace(CAP, now);
    private final OpenCalls open = new OpenCalls(now);
    /** Work left of each open call, and when it was sent. */
    private final List<double[]> calls = new ArrayList<>();

    private double scale = 1.9;
    private double best = 9_700;
    private double others;
    private boolean hasMetrics = true;
    private double progress;
    private long ended;
    private long sent;

    @Test
    void anEngineWithoutOthersShouldGetItsKneeWithinAMinute() {
        run(60);
        assertThat(meanCalls(30)).isBetween(5.5, 12.0);
    }

    @Test
    void aLargeEngineShouldGetWhatItCanUse() {
        scale = 40;
        best = 100_000;
        run(60);
        assertThat(meanCalls(30)).isGreaterThan(50);
    }

    @Test
    void besideOthersTheShareShouldBeSmallerAndTheirsCount() {
        others = 1;
        run(90);
        assertThat(meanCalls(40)).isBetween(1.8, 4.2);
    }

    /** Otherwise a batch would take an engine from its users when they need it most: the more of them, the lower its own rate. */
    @Test
    void manyOthersShouldLeaveOneCall() {
        others = 12;
        run(60);
        assertThat(meanCalls(30)).isLessThan(1.6);
    }

    /** Spacing keeps a fraction of a call; that must not look like a batch with too few lines, which teaches nothing. */
    @Test
    void aFractionOfACallShouldBeMeasuredLikeAnyOther() {
        scale = 0.6;
        others = 1;
        run(120);
        scale = 6;
        best = 30_000;
        run(240);
        assertThat(meanCalls(60)).isGreaterThan(5);
    }

    /** Fewer calls would only cost throughput: an engine that answers in milliseconds keeps no client waiting. */
    @Test
    void shortCallsShouldHaveTheWholeCap() {
        best = 40_000_000;
        run(120);
        assertThat(pace.calls()).isEqualTo(CAP);
        assertThat(meanCalls(10)).isGreaterThan(0.9 * CAP);
    }

    @Test
    void theEndOfTheOthersShouldBeNoticedWithinAMinute() {
        others = 6;
        run(120);
        others = 0;
        run(40);
        assertThat(meanCalls(20)).isGreaterThan(5);
    }

    @Test
    void anEngineThatReportsNothingShouldBeFoundByItsAnswers() {
        hasMetrics = false;
        run(180);
        assertThat(meanCalls(30)).isBetween(5.0, 14.0);
    }

    @Test
    void anUnknownEngineShouldHoldFewUnreadTokens() {
        best = 100;
        step();
        assertThat(open.freshTokens()).isLessThanOrEqualTo(EnginePace.FIRST_TOKENS);
        assertThat(open.count()).isEqualTo(EnginePace.FIRST_TOKENS / FRESH);
    }

    /** Sends are spread: never as many at once as could be open. */
    @Test
    void callsShouldBeSentOneByOneBesideOthers() {
        others = 1;
        run(60);
        for (int i = 0; i < 2_000; i++) {
            long before = sent;
            step();
            assertThat(sent - before).isLessThanOrEqualTo(2);
        }
    }

    @Test
    void targetTimesThatAreExceededShouldMeanFewerCalls() {
        others = 1;
        Optional<Protection> protection = Optional.of(new Protection(
                false, 1, OptionalInt.empty(), 0.8, Optional.empty(), Optional.of(Duration.ofMillis(5))));
        run(60, protection);
        assertThat(meanCalls(20, protection)).isLessThan(1.5);
    }

    @RepeatedTest(20)
    void whateverHappensTheCallsShouldStayBetweenOneAndTheCap(RepetitionInfo run) {
        Random chance = SeededRandom.of(run);
        int cap = 1 + chance.nextInt(100);
        pace = new EnginePace(cap, now);
        for (int i = 0; i < 3_000; i++) {
            now += chance.nextInt(700) * 1_000_000L;
            switch (chance.nextInt(5)) {
                case 0 ->
                    pace.polled(
                            metrics(chance.nextInt(100), chance.nextInt(1_000_000)),
                            new OwnCalls(chance.nextInt(100), chance.nextInt(100), chance.nextInt(1_000)),
                            chance.nextInt(100),
                            open.callSeconds(now),
                            Optional.of(Protection.DEFAULT),
                            now);
                case 1 -> pace.sent(chance.nextInt(100_000), now);
                case 2 -> {
                    cap = 1 + chance.nextInt(100);
                    pace.configure(cap);
                }
                default ->
                    pace.served(
                            chance.nextDouble() * 100,
                            chance.nextInt(100_000),
                            chance.nextInt(100_000),
                            chance.nextInt(10_000),
                            chance.nextInt(10_000),
                            open.callSeconds(now),
                            now);
            }
            assertThat(pace.calls()).isBetween(1, cap);
            assertThat(pace.dueLater(now).orElse(now) - now)
                    .isLessThan(Duration.ofSeconds(11).toNanos() * 1_000);
        }
    }

    private void run(double seconds) {
        run(seconds, Optional.of(Protection.DEFAULT));
    }

    private void run(double seconds, Optional<Protection> protection) {
        long end = now + (long) (seconds * 1e9);
        long poll = now;
        while (now < end) {
            if (now >= poll && hasMetrics) {
                pace.polled(
                        metrics((int) Math.round(open.count() + others), (long) progress),
                        new OwnCalls(open.count(), open.count() + (others >= 1 ? 0 : 1), ended),
                        open.count(),
                        open.callSeconds(now),
                        protection,
                        now);
                poll += 500_000_000L;
            }
            step();
        }
    }

    private void step() {
        while (open.count() < pace.calls()
                && pace.holds(FRESH, open.freshTokens())
                && pace.dueLater(now).isEmpty()) {
            open.enter(FRESH, FRESH, now);
            pace.sent(WORK, now);
            calls.add(new double[] {WORK * (0.7 + 0.6 * random.nextDouble()), now});
            sent++;
        }
        double all = calls.size() + others;
        now += STEP;
        double done = best * (1 - Math.exp(-all / scale)) * STEP / 1e9;
        progress += done;
        calls.forEach(call -> call[0] -= done / all);
        for (double[] call : calls.stream().filter(call -> call[0] <= 0).toList()) {
            calls.remove(call);
            open.leave(FRESH, FRESH, now);
            ended++;
            pace.served((now - call[1]) / 1e9, WORK, WORK, FRESH, 0, open.callSeconds(now), now);
        }
    }

    private double meanCalls(double seconds) {
        return meanCalls(seconds, Optional.of(Protection.DEFAULT));
    }

    private double meanCalls(double seconds, Optional<Protection> protection) {
        double before = open.callSeconds(now);
        run(seconds, protection);
        return (open.callSeconds(now) - before) / seconds;
    }

    /** An engine whose work is all prompt tokens, and whose times between tokens grow with its calls. */
    private static EngineMetrics metrics(int running, long work) {
        List<Double> bounds = List.of(0.005, 0.01, 0.02, 0.05, 0.1);
        List<Long> counts = IntStream.range(0, 6)
                .mapToObj(i -> i == Math.min(5, running / 2) ? work / 10 : 0L)
                .toList();
        return new EngineMetrics(
                running,
                0,
                0.3,
                OptionalInt.empty(),
                new EngineTotals(
                        OptionalLong.empty(),
                        OptionalLong.of(work),
                        OptionalLong.of(0),
                        LatencyHistogram.EMPTY,
                        new LatencyHistogram(bounds, counts, work)));
    }
}
