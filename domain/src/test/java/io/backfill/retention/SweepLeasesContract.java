package io.backfill.retention;

import static org.assertj.core.api.Assertions.assertThat;

import io.backfill.batches.Racers;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Tests that every {@link SweepLeases} must pass. */
public interface SweepLeasesContract extends RetentionFixture {
    Duration LEASE = Duration.ofMinutes(5);
    Duration PAUSE = Duration.ofHours(1);

    @Test
    default void aSweepShouldBelongToTheFirstThatAsks() {
        assertThat(sweepLeases().take("files", "a/1", LEASE)).isTrue();
        assertThat(sweepLeases().take("files", "b/1", LEASE)).isFalse();
        assertThat(sweepLeases().take("files", "a/1", LEASE)).isTrue();
        assertThat(sweepLeases().take("uploads", "b/1", LEASE)).isTrue();
    }

    @Test
    default void ofManyThatAskAtOnceOneShouldGetTheSweep() {
        for (int round = 0; round < 10; round++) {
            String sweep = "sweep-" + round;

            List<Boolean> got = Racers.race(6, racer -> sweepLeases().take(sweep, "node/" + racer, LEASE));

            assertThat(got).containsOnlyOnce(true);
        }
    }

    @Test
    default void anEndedSweepShouldPauseForEverybody() {
        sweepLeases().take("files", "a/1", LEASE);
        sweepLeases().end("files", "a/1", PAUSE);

        assertThat(sweepLeases().take("files", "a/1", LEASE)).isFalse();
        assertThat(sweepLeases().take("files", "b/1", LEASE)).isFalse();

        ageSweepLeases(PAUSE.plusSeconds(1));
        List<Boolean> got = Racers.race(4, racer -> sweepLeases().take("files", "node/" + racer, LEASE));
        assertThat(got).containsOnlyOnce(true);
    }

    @Test
    default void theSweepOfADeadNodeShouldGoToAnother() {
        sweepLeases().take("files", "a/1", LEASE);

        ageSweepLeases(LEASE.minusSeconds(30));
        assertThat(sweepLeases().take("files", "b/1", LEASE)).isFalse();
        ageSweepLeases(Duration.ofSeconds(31));
        assertThat(sweepLeases().take("files", "b/1", LEASE)).isTrue();

        // a was only suspended: it has lost its lease, and cannot end the lease of another node
        assertThat(sweepLeases().take("files", "a/1", LEASE)).isFalse();
        sweepLeases().end("files", "a/1", Duration.ZERO);
        assertThat(sweepLeases().take("files", "c/1", LEASE)).isFalse();
        assertThat(sweepLeases().take("files", "b/1", LEASE)).isTrue();
    }

    @Test
    default void goingOnShouldMakeALeaseLonger() {
        sweepLeases().take("files", "a/1", LEASE);
        ageSweepLeases(LEASE.minusSeconds(30));
        assertThat(sweepLeases().take("files", "a/1", LEASE)).isTrue();
        ageSweepLeases(LEASE.minusSeconds(30));

        assertThat(sweepLeases().take("files", "b/1", LEASE)).isFalse();
    }
}
