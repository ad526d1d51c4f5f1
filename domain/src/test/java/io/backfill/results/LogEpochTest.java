package io.backfill.results;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;

class LogEpochTest {
    @Test
    void aLaterLeaseShouldComeAfterAnEarlierOne() {
        assertThat(LogEpoch.ofNode(2)).isGreaterThan(LogEpoch.ofNode(1));
        assertThat(LogEpoch.ofNode(1)).isGreaterThan(1);
    }

    @Test
    void podsShouldComeAfterEveryEarlierLeaseAndBeforeTheNodeThatMadeThem() {
        long first = LogEpoch.ofPod(7, LogEpoch.ofNode(6));
        long second = LogEpoch.ofPod(7, first);
        assertThat(first).isGreaterThan(LogEpoch.ofNode(6));
        assertThat(second).isGreaterThan(first).isLessThan(LogEpoch.ofNode(7));
        assertThat(LogEpoch.ofPod(7, 0)).isEqualTo(first);
    }

    @Test
    void aPodShouldNotComeAfterANodeThatSettledItsShard() {
        assertThatThrownBy(() -> LogEpoch.ofPod(7, LogEpoch.ofNode(7))).isInstanceOf(IllegalStateException.class);
        assertThatThrownBy(() -> LogEpoch.ofPod(7, LogEpoch.ofNode(9))).isInstanceOf(IllegalStateException.class);
    }
}
