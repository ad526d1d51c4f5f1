package io.backfill.benchmarks;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class MeasureTest {
    @Test
    void aFigureThatReachesItsShareOfTheYardstickShouldBeOk() {
        Measure met = Measure.against("rate", 75, "lines/s", 100, 0.75);
        Measure missed = Measure.against("rate", 74, "lines/s", 100, 0.75);

        assertThat(met.ok()).isTrue();
        assertThat(met.target()).hasValue(">= 0.750 x");
        assertThat(missed.ok()).isFalse();
        assertThat(missed.ratio()).hasValue(0.74);
    }

    @Test
    void aFigureThatExceedsItsShareOfTheYardstickShouldNotBeOk() {
        assertThat(Measure.within("cpu", 30, "us", 100, 0.25).ok()).isFalse();
        assertThat(Measure.within("cpu", 25, "us", 100, 0.25).ok()).isTrue();
    }

    @Test
    void whatCouldNotBeMeasuredShouldNotBeOk() {
        assertThat(Measure.against("rate", Double.NaN, "lines/s", 100, 0.75).ok())
                .isFalse();
        assertThat(Measure.atMost("heap", Double.NaN, "B", 160).ok()).isFalse();
    }

    @Test
    void aFigureBesideAYardstickWithoutTargetShouldBeOk() {
        Measure row = Measure.beside("cpu", 50, "us", 100);

        assertThat(row.ok()).isTrue();
        assertThat(row.ratio()).hasValue(0.5);
        assertThat(row.target()).isEmpty();
    }
}
