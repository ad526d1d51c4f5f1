package io.backfill.results;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Random;
import org.junit.jupiter.api.Test;

class LogEpochTest {
    @Test
    void aLaterLeaseShouldComeAfterAnEarlierOne() {
        assertThat(LogEpoch.ofNode(2)).isGreaterThan(LogEpoch.ofNode(1));
        assertThat(LogEpoch.ofNode(1)).isGreaterThan(1);
    }

    @Test
    void podsShouldComeAfterEveryEarlierLeaseAndBeforeTheNodeThatMadeThem() {
        Random random = new Random(1);
        long epoch = LogEpoch.ofNode(6);
        boolean ascending = true;
        for (int attempt = 0; attempt < 60_000; attempt++) {
            long next = LogEpoch.ofPod(7, epoch, random);
            ascending &= next > epoch;
            epoch = next;
        }
        assertThat(ascending).isTrue();
        assertThat(epoch).isLessThan(LogEpoch.ofNode(7));
        assertThat(LogEpoch.ofPod(7, 0, random)).isGreaterThan(LogEpoch.ofNode(6));
    }

    @Test
    void podsThatFindTheSameShouldHardlyEverBeEqual() {
        Random random = new Random(1);
        long newest = LogEpoch.ofPod(7, 0, random);
        int equal = 0;
        for (int i = 0; i < 10_000; i++) {
            long one = LogEpoch.ofPod(7, newest, random);
            long other = LogEpoch.ofPod(7, newest, random);
            equal += one == other ? 1 : 0;
            // the epoch of the next pod is higher than both
            assertThat(LogEpoch.ofPod(7, Math.min(one, other), random)).isGreaterThan(Math.max(one, other));
        }
        assertThat(equal).isLessThan(10);
    }

    @Test
    void aPodShouldNotComeAfterANodeThatSettledItsShard() {
        assertThatThrownBy(() -> LogEpoch.ofPod(7, LogEpoch.ofNode(7), new Random(1)))
                .isInstanceOf(IllegalStateException.class);
        assertThatThrownBy(() -> LogEpoch.ofPod(7, LogEpoch.ofNode(9), new Random(1)))
                .isInstanceOf(IllegalStateException.class);
    }
}
