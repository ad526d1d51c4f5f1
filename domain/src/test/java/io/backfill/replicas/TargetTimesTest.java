package io.backfill.replicas;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.backfill.models.Protection;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;

class TargetTimesTest {
    private static final long SECOND = 1_000_000_000L;
    private static final Protection TARGETS = new Protection(
            false,
            1,
            OptionalInt.empty(),
            0.8,
            Optional.of(Duration.ofMillis(100)),
            Optional.of(Duration.ofMillis(10)));

    private final TargetTimes times = new TargetTimes();
    private long seconds;
    private long fast;
    private long slow;

    @Test
    void withoutTargetsTheCapShouldHold() {
        for (int i = 0; i < 10; i++) {
            slow += 100;
            poll(Protection.DEFAULT, 8);
        }
        assertThat(times.most(8)).isEqualTo(8);
    }

    @Test
    void aPercentileAboveTheTargetShouldTakeAFifth() {
        poll(TARGETS, 8);
        fast += 90;
        slow += 10;
        poll(TARGETS, 8);
        assertThat(times.most(8)).isCloseTo(6.4, within(1e-9));
    }

    /** Five in a hundred may be slow. */
    @Test
    void aFewSlowRequestsShouldTakeNothing() {
        poll(TARGETS, 8);
        fast += 96;
        slow += 4;
        poll(TARGETS, 8);
        assertThat(times.most(8)).isEqualTo(8);
    }

    @Test
    void fewTimesShouldNotDecide() {
        poll(TARGETS, 8);
        slow += 10;
        poll(TARGETS, 8);
        assertThat(times.most(8)).isEqualTo(8);
        slow += 10;
        poll(TARGETS, 8);
        assertThat(times.most(8)).isCloseTo(6.4, within(1e-9));
    }

    @Test
    void oneCallShouldAlwaysBeAllowedAndTheRestComeBack() {
        poll(TARGETS, 8);
        for (int i = 0; i < 50; i++) {
            slow += 100;
            poll(TARGETS, 8);
        }
        assertThat(times.most(8)).isEqualTo(1);
        for (int i = 0; i < 50; i++) {
            fast += 100;
            poll(TARGETS, 8);
        }
        assertThat(times.most(8)).isEqualTo(8);
    }

    @Test
    void aTargetThatIsTakenAwayShouldAllowEverythingAgain() {
        poll(TARGETS, 8);
        slow += 100;
        poll(TARGETS, 8);
        poll(Protection.DEFAULT, 8);
        assertThat(times.most(8)).isEqualTo(8);
    }

    private void poll(Protection targets, int calls) {
        seconds += 4;
        LatencyHistogram first =
                new LatencyHistogram(List.of(0.05, 0.5), List.of(fast, slow, 0L), fast * 0.02 + slow * 0.3);
        EngineTotals totals = new EngineTotals(
                OptionalLong.empty(), OptionalLong.empty(), OptionalLong.empty(), first, LatencyHistogram.EMPTY);
        times.polled(targets, totals, calls, calls, seconds * SECOND);
    }
}
