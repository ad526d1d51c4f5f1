package io.backfill.retention;

import static org.assertj.core.api.Assertions.assertThat;

import io.backfill.batches.Racers;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Tests that every {@link SweepTurns} must pass. */
public interface SweepTurnsContract extends RetentionFixture {
    Duration TURN = Duration.ofMinutes(5);
    Duration PAUSE = Duration.ofHours(1);

    @Test
    default void aSweepShouldBelongToTheFirstThatAsks() {
        assertThat(turns().take("files", "a/1", TURN)).isTrue();
        assertThat(turns().take("files", "b/1", TURN)).isFalse();
        assertThat(turns().take("files", "a/1", TURN)).isTrue();
        assertThat(turns().take("uploads", "b/1", TURN)).isTrue();
    }

    @Test
    default void ofManyThatAskAtOnceOneShouldGetTheSweep() {
        for (int round = 0; round < 10; round++) {
            String sweep = "sweep-" + round;

            List<Boolean> got = Racers.race(6, racer -> turns().take(sweep, "node/" + racer, TURN));

            assertThat(got).containsOnlyOnce(true);
        }
    }

    @Test
    default void anEndedSweepShouldPauseForEverybody() {
        turns().take("files", "a/1", TURN);
        turns().end("files", "a/1", PAUSE);

        assertThat(turns().take("files", "a/1", TURN)).isFalse();
        assertThat(turns().take("files", "b/1", TURN)).isFalse();

        ageTurns(PAUSE.plusSeconds(1));
        List<Boolean> got = Racers.race(4, racer -> turns().take("files", "node/" + racer, TURN));
        assertThat(got).containsOnlyOnce(true);
    }

    @Test
    default void theSweepOfADeadNodeShouldGoToAnother() {
        turns().take("files", "a/1", TURN);

        ageTurns(TURN.minusSeconds(30));
        assertThat(turns().take("files", "b/1", TURN)).isFalse();
        ageTurns(Duration.ofSeconds(31));
        assertThat(turns().take("files", "b/1", TURN)).isTrue();

        // a was only suspended: it has lost its turn, and cannot end the turn of another node
        assertThat(turns().take("files", "a/1", TURN)).isFalse();
        turns().end("files", "a/1", Duration.ZERO);
        assertThat(turns().take("files", "c/1", TURN)).isFalse();
        assertThat(turns().take("files", "b/1", TURN)).isTrue();
    }

    @Test
    default void goingOnShouldMakeATurnLonger() {
        turns().take("files", "a/1", TURN);
        ageTurns(TURN.minusSeconds(30));
        assertThat(turns().take("files", "a/1", TURN)).isTrue();
        ageTurns(TURN.minusSeconds(30));

        assertThat(turns().take("files", "b/1", TURN)).isFalse();
    }
}
