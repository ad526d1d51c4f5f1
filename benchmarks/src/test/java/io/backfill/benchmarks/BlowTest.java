package io.backfill.benchmarks;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.HashSet;
import java.util.Set;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class BlowTest {
    @ParameterizedTest
    @ValueSource(strings = {"single", "cluster"})
    void inThirtyRoundsEveryBlowShouldMeetEveryPhase(String profile) {
        Set<String> met = new HashSet<>();
        Set<Blow> blows = new HashSet<>();
        for (int round = 0; round < 30; round++) {
            blows.add(Blow.of(profile, round));
            met.add(Blow.of(profile, round) + " at " + KillMoment.values()[round % KillMoment.values().length]);
        }
        assertThat(met).hasSize(blows.size() * KillMoment.values().length);
    }
}
