package io.backfill.run;

import static org.assertj.core.api.Assertions.assertThat;

import io.backfill.tenants.TenantId;
import io.backfill.testing.SettableTime;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** Without a pace, 60 batches of 32 models took a quarter of another tenant's throughput while their 1,920 partitions were started. */
class JobStartLimiterTest {
    private static final TenantId ADA = new TenantId("ada");
    private static final TenantId BOB = new TenantId("bob");

    private final SettableTime time = SettableTime.standing();
    private double load = 1;
    private final JobStartLimiter limiter = new JobStartLimiter(() -> load, time);

    @Test
    void busyProcessorsShouldLeaveTheLeastRateAfterACredit() {
        startedIn(Duration.ofSeconds(10), List.of(ADA), 32);

        assertThat(startedIn(Duration.ofSeconds(330), List.of(ADA), 32).get(ADA))
                .isBetween(98, 102);
    }

    @Test
    void idleProcessorsShouldBeUsed() {
        load = 0.2;
        startedIn(Duration.ofSeconds(20), List.of(ADA), 1);

        assertThat(startedIn(Duration.ofSeconds(10), List.of(ADA), 1).get(ADA)).isGreaterThan(5_000);
    }

    @Test
    void oneThatHasNotStartedAnythingShouldStartAtOnce() {
        startedIn(Duration.ofSeconds(10), List.of(ADA), 32);

        assertThat(limiter.allows(BOB)).isTrue();
    }

    @Test
    void tenantsShouldShareTheRate() {
        startedIn(Duration.ofSeconds(10), List.of(ADA, BOB), 1);

        Map<TenantId, Integer> started = startedIn(Duration.ofSeconds(100), List.of(ADA, BOB), 1);
        assertThat(started.get(ADA)).isBetween(240, 260);
        assertThat(started.get(BOB)).isBetween(240, 260);
    }

    @Test
    void creditShouldComeBackAndNotGrow() {
        startedIn(Duration.ofSeconds(10), List.of(ADA), 1);
        time.advance(Duration.ofHours(1));

        assertThat(startedIn(Duration.ofMillis(1), List.of(ADA), 1).get(ADA)).isBetween(10, 12);
    }

    /** Returns the number of jobs that these tenants start if they always have one to start and try every few milliseconds. */
    private Map<TenantId, Integer> startedIn(Duration period, List<TenantId> tenants, int partitions) {
        Map<TenantId, Integer> started = new HashMap<>();
        long end = time.getAsLong() + period.toNanos();
        while (time.getAsLong() < end) {
            for (TenantId tenant : tenants) {
                while (limiter.allows(tenant)) {
                    limiter.started(tenant, partitions);
                    started.merge(tenant, 1, Integer::sum);
                }
            }
            time.advance(Duration.ofMillis(5));
        }
        return started;
    }
}
