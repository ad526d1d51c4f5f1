package io.backfill.replicas;

import static org.assertj.core.api.Assertions.assertThat;

import io.backfill.testing.RecordedLog;
import io.backfill.testing.SettableTime;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ReplicaHealthTest {
    private static final Duration TIME_OUT = Duration.ofSeconds(60);

    private final SettableTime time = SettableTime.standing();
    private final ReplicaHealth health = new ReplicaHealth(() -> "Replica r", 5, time);

    /** Columns: a state, what an ended call indicates, whether the call was the probe, and the resulting state. */
    @ParameterizedTest
    @CsvSource({
        "HEALTHY, WELL,        false, HEALTHY",
        "HEALTHY, FAILED,      false, HEALTHY",
        "HEALTHY, UNREACHABLE, false, HEALTHY",
        "HEALTHY, NONE,        false, HEALTHY",
        "SUSPECT, WELL,        false, HEALTHY",
        "SUSPECT, FAILED,      false, FAILING",
        "SUSPECT, UNREACHABLE, false, FAILING",
        "SUSPECT, NONE,        false, SUSPECT",
        "FAILING, WELL,        false, HEALTHY",
        "FAILING, FAILED,      false, FAILING",
        "FAILING, UNREACHABLE, false, FAILING",
        "FAILING, NONE,        false, FAILING",
        "PROBING, WELL,        false, HEALTHY",
        "PROBING, WELL,        true,  HEALTHY",
        "PROBING, FAILED,      false, PROBING",
        "PROBING, FAILED,      true,  FAILING",
        "PROBING, UNREACHABLE, true,  FAILING",
        "PROBING, NONE,        false, PROBING",
        "PROBING, NONE,        true,  FAILING",
    })
    void everyEndOfACallShouldLeadWhereTheTableSays(
            ReplicaHealth.State from, ReplicaHealth.Sign sign, boolean probe, ReplicaHealth.State to) {
        bringTo(from);
        assertThat(health.state()).isEqualTo(from);

        health.ended(sign, probe);

        assertThat(health.state()).isEqualTo(to);
    }

    @Test
    void failuresAndRefusedConnectionsInARowShouldCloseIt() {
        for (int i = 0; i < 4; i++) {
            health.ended(ReplicaHealth.Sign.FAILED, false);
        }
        health.ended(ReplicaHealth.Sign.WELL, false);
        for (int i = 0; i < 4; i++) {
            health.ended(ReplicaHealth.Sign.FAILED, false);
        }
        assertThat(health.isHealthy()).isTrue();
        health.ended(ReplicaHealth.Sign.FAILED, false);
        assertThat(health.isHealthy()).isFalse();
        health.ended(ReplicaHealth.Sign.WELL, false);
        health.ended(ReplicaHealth.Sign.UNREACHABLE, false);
        health.ended(ReplicaHealth.Sign.UNREACHABLE, false);
        assertThat(health.isHealthy()).isFalse();
    }

    /** In every state a probe becomes due eventually, even after a probe that never returned. */
    @ParameterizedTest
    @CsvSource({"SUSPECT, 0", "FAILING, 1", "PROBING, 62"})
    void everyStateShouldEnd(ReplicaHealth.State state, int seconds) {
        bringTo(state);
        if (seconds > 0) {
            assertThat(health.isProbeDue()).isFalse();
            time.advance(Duration.ofSeconds(seconds).minusMillis(1));
            assertThat(health.isProbeDue()).isFalse();
            time.advance(Duration.ofMillis(1));
            // a lost probe counts as a failure, so a doubled pause comes first
            assertThat(health.isProbeDue() || state == ReplicaHealth.State.PROBING)
                    .isTrue();
            time.advance(Duration.ofSeconds(2));
        }
        assertThat(health.isProbeDue()).isTrue();
    }

    @Test
    void pausesShouldDoubleUpToThirtySeconds() {
        bringTo(ReplicaHealth.State.FAILING);
        for (int seconds : new int[] {1, 2, 4, 8, 16, 30, 30}) {
            time.advance(Duration.ofSeconds(seconds).minusMillis(1));
            assertThat(health.isProbeDue()).as("%s s", seconds).isFalse();
            time.advance(Duration.ofMillis(1));
            assertThat(health.isProbeDue()).as("%s s", seconds).isTrue();
            health.probing(TIME_OUT);
            assertThat(health.isProbeDue()).as("one at a time").isFalse();
            health.ended(ReplicaHealth.Sign.FAILED, true);
        }
    }

    @Test
    void everyChangeShouldBeLoggedOnce() {
        try (RecordedLog log = new RecordedLog("io.backfill.replicas")) {
            for (int i = 0; i < 7; i++) {
                health.ended(ReplicaHealth.Sign.FAILED, false);
            }
            time.advance(Duration.ofSeconds(1));
            health.probing(TIME_OUT);
            health.ended(ReplicaHealth.Sign.WELL, true);
            health.ended(ReplicaHealth.Sign.WELL, false);

            assertThat(log.messages())
                    .containsExactly(
                            "Replica r is passed over for 1000 ms: too many failures in a row (failures: 5, refused"
                                    + " connections: 0)",
                            "Replica r is probed with one call",
                            "Replica r gets calls again: it has answered");
        }
    }

    private void bringTo(ReplicaHealth.State state) {
        switch (state) {
            case HEALTHY -> {}
            case SUSPECT -> health.suspect();
            case FAILING -> {
                health.suspect();
                health.ended(ReplicaHealth.Sign.FAILED, false);
            }
            case PROBING -> {
                health.suspect();
                health.probing(TIME_OUT);
            }
        }
    }
}
