package io.backfill.benchmarks;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

class UserTableTest {
    private static UserResult.OfMode result(EngineMode mode, double linesPerSecond, double ttft50, double ttft95) {
        return new UserResult.OfMode(
                mode, new UserResult(linesPerSecond, 1, new UserLatency(80, 0, ttft50, ttft95, 5, 8, Double.NaN)));
    }

    private static final UserResult.OfMode ALONE = result(EngineMode.ALONE, 0, 40, 80);
    private static final UserResult.OfMode UNPROTECTED = result(EngineMode.unprotected(32), 4, 1500, 2700);

    private static Measure row(List<Measure> rows, String name) {
        return rows.stream()
                .filter(row -> row.measure().equals(name))
                .findFirst()
                .orElseThrow(() -> new AssertionError("no row " + name));
    }

    @Test
    void aFixedLimitShouldBeBetterOnlyInThroughputAndTailTogether() {
        UserResult.OfMode ours = result(EngineMode.ours(32), 3.5, 90, 300);
        UserResult.OfMode faster = result(EngineMode.fixed(8), 3.9, 500, 1300);
        UserResult.OfMode calmer = result(EngineMode.fixed(1), 2.5, 50, 200);
        UserResult.OfMode equal = result(EngineMode.fixed(3), 3.5, 90, 300);
        UserResult.OfMode both = result(EngineMode.fixed(2), 3.6, 95, 299);

        assertThat(UserTable.better(ours, List.of(ALONE, ours, faster, calmer, equal)))
                .isEmpty();
        assertThat(UserTable.better(ours, List.of(ALONE, ours, faster, both, calmer)))
                .containsExactly("fixed 2");
    }

    @Test
    void theTargetsShouldBeRelativeToAloneAndToTheUnprotectedBatch() {
        List<Measure> rows = UserTable.rows(List.of(ALONE, UNPROTECTED, result(EngineMode.ours(32), 3.3, 100, 330)));

        assertThat(row(rows, "ours: batch, of unprotected").ok()).isTrue();
        assertThat(row(rows, "ours: TTFT p50, of alone").ratio()).hasValue(2.5);
        assertThat(row(rows, "ours: TTFT p50, of alone").ok()).isTrue();
        assertThat(row(rows, "ours: TTFT p95, of alone").ok()).isTrue();
        assertThat(row(rows, "goal beyond, ours: batch, of unprotected").ok()).isFalse();
        assertThat(row(rows, "goal beyond, ours: TTFT p95, of alone").ok()).isFalse();
    }

    @Test
    void withoutItsYardstickATargetShouldHaveNoRow() {
        List<Measure> rows = UserTable.rows(List.of(result(EngineMode.ours(32), 3.3, 100, 330)));

        assertThat(rows).allMatch(row -> row.target().isEmpty());
    }

    @Test
    void aModeWithTargetsShouldBeRequiredToMeetThem() {
        EngineMode mode = EngineMode.targets(32, List.of("ttft: 300ms", "itl: 40ms"));
        UserLatency missed = new UserLatency(80, 0, 100, 400, 5, 8, 0.94);

        List<Measure> rows = UserTable.rows(List.of(new UserResult.OfMode(mode, new UserResult(3, 2, missed))));

        assertThat(row(rows, "ours with targets: requests within the targets").ok())
                .isFalse();
        assertThat(mode.keys()).containsExactly("max-in-flight: 32", "protect-interactive: { ttft: 300ms, itl: 40ms }");
    }
}
