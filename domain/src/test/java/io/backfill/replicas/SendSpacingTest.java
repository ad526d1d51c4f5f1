package io.backfill.replicas;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.time.Duration;
import org.junit.jupiter.api.Test;

class SendSpacingTest {
    private static final long MILLI = 1_000_000;

    private final SendSpacing spacing = new SendSpacing();

    @Test
    void withoutAServedCallNothingShouldWait() {
        spacing.sent(1_000, 4, 0);
        assertThat(spacing.isDue(0)).isTrue();
    }

    @Test
    void callsShouldBeSpreadOverTheTimeOfACall() {
        spacing.served(1, 1_000);
        spacing.sent(1_000, 4, 0);

        assertThat(spacing.isDue(80 * MILLI)).isFalse();
        assertThat(spacing.next()).isCloseTo(87 * MILLI, within(MILLI));
        assertThat(spacing.isDue(88 * MILLI)).isTrue();
    }

    @Test
    void aCallThatCostsMoreShouldKeepTheNextOneLonger() {
        spacing.served(1, 1_000);
        spacing.sent(4_000, 4, 0);
        assertThat(spacing.next()).isCloseTo(350 * MILLI, within(MILLI));
    }

    /** A thousand lines a second must not need a thousand timers. */
    @Test
    void distancesThatNobodyNoticesShouldNotBeEnforced() {
        spacing.served(0.01, 1_000);
        for (int i = 0; i < 8; i++) {
            assertThat(spacing.isDue(0)).isTrue();
            spacing.sent(1_000, 20, 0);
        }
        assertThat(spacing.next()).isLessThan(4 * MILLI);
    }

    @Test
    void aPauseShouldNotBeMadeUpForByABurst() {
        spacing.served(1, 1_000);
        spacing.sent(1_000, 4, 0);
        long later = Duration.ofMinutes(1).toNanos();
        spacing.sent(1_000, 4, later);
        assertThat(spacing.isDue(later)).isFalse();
    }

    @Test
    void aHugeCallShouldNotStopTheReplica() {
        spacing.served(1, 1);
        spacing.sent(1e12, 1, 0);
        assertThat(spacing.next()).isEqualTo(Duration.ofSeconds(10).toNanos());
    }
}
