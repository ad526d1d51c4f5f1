package io.backfill.replicas;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.OptionalLong;
import org.junit.jupiter.api.Test;

class RateWindowTest {
    private static final long SECOND = 1_000_000_000L;

    @Test
    void totalsShouldCountWhatEverybodySent() {
        assertThat(RateWindow.between(moment(0, 0, 1_000, 10, 0), moment(10, 30, 5_000, 110, 700), 0.5))
                .contains(new RateWindow.Sample(3, (4_000 * 0.5 + 100 * 8) / 10));
    }

    @Test
    void withoutTotalsServedCallsShouldCount() {
        assertThat(RateWindow.between(
                        new RateWindow.Moment(0, 0, EngineTotals.NONE, 100),
                        new RateWindow.Moment(2 * SECOND, 8, EngineTotals.NONE, 900),
                        0))
                .contains(new RateWindow.Sample(4, 400));
    }

    @Test
    void aRestartOfTheEngineShouldGiveNothing() {
        assertThat(RateWindow.between(moment(0, 0, 1_000, 10, 0), moment(10, 30, 500, 2, 0), 0))
                .isEmpty();
    }

    @Test
    void totalsThatComeOrGoShouldGiveNothing() {
        RateWindow.Moment without = new RateWindow.Moment(10 * SECOND, 30, EngineTotals.NONE, 5);
        assertThat(RateWindow.between(moment(0, 0, 1_000, 10, 0), without, 0)).isEmpty();
        assertThat(RateWindow.between(without, moment(20, 0, 1_000, 10, 50), 0)).isEmpty();
    }

    @Test
    void anIdleEngineShouldGiveNothing() {
        assertThat(RateWindow.between(moment(0, 0, 1_000, 10, 0), moment(10, 0, 1_000, 10, 0), 0))
                .isEmpty();
    }

    private static RateWindow.Moment moment(int second, double callSeconds, long prompt, long output, double served) {
        EngineTotals totals = new EngineTotals(
                OptionalLong.empty(),
                OptionalLong.of(prompt),
                OptionalLong.of(output),
                LatencyHistogram.EMPTY,
                LatencyHistogram.EMPTY);
        return new RateWindow.Moment(second * SECOND, callSeconds, totals, served);
    }
}
