package io.backfill.benchmarks;

import static org.assertj.core.api.Assertions.assertThat;

import io.backfill.simulator.engine.ApiTimes;
import io.backfill.simulator.engine.EngineParameters;
import io.backfill.simulator.engine.StepTimes;
import org.junit.jupiter.api.Test;

/** Calls that are open for an hour, and a burst of interactive requests beside them. */
class LongCallsTest {
    private static final double MINUTE = 60;

    /** A slow engine: a quarter of a second for a step, so that an hour is about 14,000 tokens. */
    private static final EngineParameters SLOW = new EngineParameters(
            "slow",
            27_000,
            16,
            8192,
            48,
            true,
            false,
            new StepTimes(0.25, 32_000, Double.POSITIVE_INFINITY, 131_072, 2.7e12, 0.001),
            ApiTimes.NONE,
            0);

    private static final int LONG_CALLS = 4;
    private static final double USERS = 0.4;

    @Test
    void openCallsShouldBeCountedForHoursAndABurstShouldLeaveNothing() {
        BurstScene scene = new BurstScene(SLOW, 32);
        for (int i = 0; i < LONG_CALLS; i++) {
            assertThat(scene.send(1000, 16_000)).isTrue();
        }
        scene.run(20 * MINUTE, USERS);
        double normal = scene.meanOfBatch(10 * MINUTE, 20 * MINUTE);
        assertThat(normal).isGreaterThan(LONG_CALLS + 2);

        scene.run(30 * MINUTE, 2 * USERS);
        double during = scene.meanOfBatch(25 * MINUTE, 30 * MINUTE);
        scene.run(70 * MINUTE, USERS);

        // less of the batch while twice as many others are there, and as much as before one minute after they are gone
        assertThat(during).isLessThan(normal * 0.9);
        assertThat(scene.meanOfBatch(31 * MINUTE, 33 * MINUTE)).isBetween(normal * 0.8, normal * 1.25);
        assertThat(scene.meanOfBatch(31 * MINUTE, 41 * MINUTE)).isBetween(normal * 0.9, normal * 1.1);
        assertThat(scene.open()).isGreaterThanOrEqualTo(LONG_CALLS);
        assertThat(scene.samples(0, 70 * MINUTE)).hasSizeGreaterThan(8000);
    }
}
