package io.backfill.batches;

import static org.assertj.core.api.Assertions.assertThat;

import io.backfill.testing.SeededRandom;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.Random;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.RepetitionInfo;
import org.junit.jupiter.api.Test;

class ForecastTest {
    private static final Instant END = Instant.parse("2026-11-03T10:00:00Z");

    /**
     * A reader that sees only the forecasts that were news is never wrong about the risk, and about the end by at most half a
     * minute.
     */
    @RepeatedTest(100)
    void whatIsNoNewsShouldDifferByHalfAMinuteAtMost(RepetitionInfo run) {
        Random random = SeededRandom.of(run);
        Forecast known = Forecast.NONE;
        int news = 0;
        for (int i = 0; i < 200; i++) {
            Forecast now = new Forecast(
                    random.nextInt(10) == 0 ? OptionalDouble.empty() : OptionalDouble.of(0.25 * random.nextInt(2)),
                    random.nextInt(10) == 0,
                    random.nextInt(10) == 0
                            ? Optional.empty()
                            : Optional.of(END.plusMillis(random.nextInt(60_001) - 30_000)));
            boolean differs = now.atRisk() != known.atRisk()
                    || !now.prefixBound().equals(known.prefixBound())
                    || now.expectedEnd().isPresent() != known.expectedEnd().isPresent();
            long moved = now.expectedEnd().isPresent() && known.expectedEnd().isPresent()
                    ? Math.abs(now.expectedEnd().get().toEpochMilli()
                            - known.expectedEnd().get().toEpochMilli())
                    : 0;
            assertThat(now.isNewsAfter(known)).as("%s after %s", now, known).isEqualTo(differs || moved > 30_000);
            if (now.isNewsAfter(known)) {
                known = now;
                news++;
            }
        }
        assertThat(news).isBetween(1, 199);
    }

    @Test
    void anEndThatMovesAndMovesShouldBecomeNews() {
        Forecast said = new Forecast(OptionalDouble.empty(), false, Optional.of(END));
        for (int second = 1; second <= 30; second++) {
            Forecast now = new Forecast(OptionalDouble.empty(), false, Optional.of(END.plusSeconds(second)));
            assertThat(now.isNewsAfter(said)).isFalse();
        }
        assertThat(new Forecast(OptionalDouble.empty(), false, Optional.of(END.plus(Duration.ofMillis(30_001))))
                        .isNewsAfter(said))
                .isTrue();
    }

    @Test
    void aBoundOnceKnownShouldStay() {
        Forecast known = new Forecast(OptionalDouble.of(0.5), true, Optional.of(END));

        assertThat(Forecast.NONE.after(known)).isEqualTo(new Forecast(OptionalDouble.of(0.5), false, Optional.empty()));
        assertThat(known.after(Forecast.NONE)).isEqualTo(known);
    }
}
