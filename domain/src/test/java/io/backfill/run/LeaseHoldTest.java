package io.backfill.run;

import static org.assertj.core.api.Assertions.assertThat;

import io.backfill.testing.SettableTime;
import java.time.Duration;
import org.junit.jupiter.api.Test;

class LeaseHoldTest {
    private static final Duration LENGTH = Duration.ofSeconds(15);

    private final SettableTime time = SettableTime.standing();

    @Test
    void aLeaseShouldBeValidUntilTwoSecondsBeforeItsEnd() {
        LeaseHold hold = new LeaseHold(time, time.getAsLong(), LENGTH);

        assertThat(hold.valid()).isTrue();
        time.advance(Duration.ofSeconds(13).minusNanos(1));
        assertThat(hold.valid()).isTrue();
        time.advance(Duration.ofNanos(1));
        assertThat(hold.valid()).isFalse();
    }

    @Test
    void aShortLeaseShouldKeepAQuarterAsMargin() {
        LeaseHold hold = new LeaseHold(time, time.getAsLong(), Duration.ofSeconds(2));

        time.advance(Duration.ofMillis(1499));
        assertThat(hold.valid()).isTrue();
        time.advance(Duration.ofMillis(1));
        assertThat(hold.valid()).isFalse();
    }

    @Test
    void theTimeTheDatabaseTookToAnswerShouldBeLost() {
        long asked = time.getAsLong();
        time.advance(Duration.ofSeconds(10));
        LeaseHold hold = new LeaseHold(time, asked, LENGTH);

        time.advance(Duration.ofSeconds(3));

        assertThat(hold.valid()).isFalse();
    }

    @Test
    void aConfirmationShouldMakeAnExpiredLeaseValidAgain() {
        LeaseHold hold = new LeaseHold(time, time.getAsLong(), LENGTH);
        time.advance(Duration.ofSeconds(20));
        assertThat(hold.valid()).isFalse();

        hold.confirmed(time.getAsLong(), LENGTH);

        assertThat(hold.valid()).isTrue();
    }

    @Test
    void aWallClockThatStepsShouldNotMatter() {
        LeaseHold hold = new LeaseHold(time, time.getAsLong(), LENGTH);

        time.set(time.instant().plus(Duration.ofDays(3)));

        assertThat(hold.valid()).isTrue();
    }

    @Test
    void nanoTimeMayOverflow() {
        long start = Long.MAX_VALUE - Duration.ofSeconds(5).toNanos();
        LeaseHold hold = new LeaseHold(() -> start + Duration.ofSeconds(9).toNanos(), start, LENGTH);
        LeaseHold past = new LeaseHold(() -> start + Duration.ofSeconds(14).toNanos(), start, LENGTH);

        assertThat(hold.valid()).isTrue();
        assertThat(past.valid()).isFalse();
    }
}
