package io.backfill.run;

import static org.assertj.core.api.Assertions.assertThat;

import io.backfill.testing.SettableTime;
import java.time.Duration;
import org.junit.jupiter.api.Test;

class StartRampTest {
    private final SettableTime time = SettableTime.standing();

    @Test
    void theWindowShouldDoubleEveryMinuteUpToItsSize() {
        StartRamp ramp = new StartRamp(Duration.ZERO, time);
        assertThat(ramp.over()).as("no window was asked for").isFalse();

        assertThat(ramp.of(6)).isEqualTo(1);
        time.advance(Duration.ofSeconds(59));
        assertThat(ramp.of(6)).isEqualTo(1);
        time.advance(Duration.ofSeconds(1));
        assertThat(ramp.of(6)).isEqualTo(2);
        time.advance(Duration.ofMinutes(1));
        assertThat(ramp.of(6)).isEqualTo(4);
        assertThat(ramp.over()).isFalse();
        time.advance(Duration.ofMinutes(1));
        assertThat(ramp.of(6)).isEqualTo(6);
        assertThat(ramp.over()).isTrue();
        assertThat(ramp.of(100)).isEqualTo(8);
        assertThat(ramp.over()).as("another model's window is larger").isFalse();
        time.advance(Duration.ofDays(30));
        assertThat(ramp.of(10_000)).isEqualTo(10_000);
    }

    @Test
    void aRampThatWasBegunElsewhereShouldGoOn() {
        StartRamp ramp = new StartRamp(Duration.ofMinutes(3), time);

        assertThat(ramp.of(64)).isEqualTo(8);
        assertThat(ramp.length()).isEqualTo(Duration.ofMinutes(3));
    }
}
