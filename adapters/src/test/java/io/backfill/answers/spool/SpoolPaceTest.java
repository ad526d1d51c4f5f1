package io.backfill.answers.spool;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.backfill.testing.SettableTime;
import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;

/** Without a pace, 64 answers of 64 MB at full speed took half of another tenant's throughput. */
class SpoolPaceTest {
    private static final int PIECE = 64 << 10;

    private final SettableTime time = SettableTime.standing();
    private final AtomicReference<Double> load = new AtomicReference<>(1.0);
    private final SpoolPace pace = SpoolPace.of(load::get, time);

    @Test
    void busyProcessorsShouldLeaveTheLeastRate() {
        assertThat(megabytesIn(Duration.ofSeconds(10))).isBetween(315, 325);
    }

    @Test
    void idleProcessorsShouldBeUsed() {
        load.set(0.2);
        megabytesIn(Duration.ofSeconds(5));

        assertThat(megabytesIn(Duration.ofSeconds(1))).isGreaterThan(3_000);
    }

    @Test
    void theRateShouldFallWithinASecondOrTwo() {
        load.set(0.2);
        megabytesIn(Duration.ofSeconds(10));
        load.set(0.9);
        megabytesIn(Duration.ofSeconds(2));

        assertThat(megabytesIn(Duration.ofSeconds(1))).isLessThan(35);
    }

    @Test
    void whereTheLoadIsNotKnownNothingShouldBeHeldUp() {
        load.set(-1.0);
        megabytesIn(Duration.ofSeconds(5));

        assertThat(megabytesIn(Duration.ofSeconds(1))).isGreaterThan(3_000);
    }

    @Test
    void aCallThatHasEndedShouldNotWait() {
        pace.book(1 << 30);

        assertThatThrownBy(() -> pace.await(1, () -> true)).isInstanceOf(IOException.class);
    }

    /** Returns how many megabytes are received in a period if one answer follows another. */
    private int megabytesIn(Duration period) {
        long end = time.getAsLong() + period.toNanos();
        long bytes = 0;
        while (true) {
            long at = pace.book(PIECE);
            if (at >= end) {
                time.advance(Duration.ofNanos(end - time.getAsLong()));
                return (int) (bytes >> 20);
            }
            time.advance(Duration.ofNanos(Math.max(0, at - time.getAsLong())));
            bytes += PIECE;
        }
    }
}
