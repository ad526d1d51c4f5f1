package io.backfill.replicas;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class WakeUpsTest {
    private final WakeUps wakeUps = new WakeUps();

    @Test
    void nothingRefusedShouldNeedNoWakeUp() {
        assertThat(wakeUps.take(0)).isEmpty();
    }

    @Test
    void theEarliestTimeShouldBeReturnedOnce() {
        wakeUps.refusedUntil(30);
        wakeUps.refusedUntil(20);
        wakeUps.refusedUntil(40);

        assertThat(wakeUps.take(0)).hasValue(20);
        assertThat(wakeUps.take(0)).isEmpty();
    }

    @Test
    void aPendingWakeUpShouldCoverLaterOnesOnly() {
        wakeUps.refusedUntil(20);
        assertThat(wakeUps.take(0)).hasValue(20);

        wakeUps.refusedUntil(25);
        assertThat(wakeUps.take(10)).isEmpty();
        wakeUps.refusedUntil(15);
        assertThat(wakeUps.take(10)).hasValue(15);
    }

    @Test
    void aWakeUpThatIsOverShouldCoverNothing() {
        wakeUps.refusedUntil(20);
        assertThat(wakeUps.take(0)).hasValue(20);

        wakeUps.refusedUntil(25);
        assertThat(wakeUps.take(20)).hasValue(25);
    }
}
