package io.backfill.run;

import io.backfill.pace.SpareCpuRate;
import io.backfill.tenants.TenantId;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.function.DoubleSupplier;
import java.util.function.LongSupplier;

/**
 * Limits how fast the jobs of planned batches are started. A job and each of its partitions take several commits before the first
 * line is sent, so that very many small batches at once would take processor time from the calls of others. Jobs are therefore
 * started with spare processor capacity, at a rate of at least 10 jobs and partitions per second. Tenants that start jobs at the
 * same time share this rate; a tenant without recent starts can start immediately, and
 * {@link DispatchPlaces} does not limit a tenant that is alone. Not thread-safe.
 */
public final class JobStartLimiter {
    static final int LEAST_A_SECOND = 10;
    private static final int MOST_A_SECOND = 2_000;
    /** Credit of a tenant without recent starts; longer than the interval between two passes of the claim loop. */
    private static final long CREDIT_NANOS = Duration.ofSeconds(2).toNanos();

    private static final long SECOND_NANOS = Duration.ofSeconds(1).toNanos();

    private final LongSupplier nanoTime;
    private final SpareCpuRate rate;
    /** The time until which the starts of a tenant are charged. Contains only tenants that have used part of their credit. */
    private final Map<TenantId, Long> paidAt = new HashMap<>();

    /** @param load as for {@link SpareCpuRate} */
    public JobStartLimiter(DoubleSupplier load, LongSupplier nanoTime) {
        this.nanoTime = nanoTime;
        this.rate = new SpareCpuRate(load, MOST_A_SECOND, LEAST_A_SECOND, MOST_A_SECOND, nanoTime.getAsLong());
    }

    /** Whether the tenant may start a job now. */
    boolean allows(TenantId tenant) {
        Long paid = paidAt.get(tenant);
        return paid == null || paid - nanoTime.getAsLong() <= 0;
    }

    /** Charges the tenant for a started job with {@code partitions} partitions. */
    void started(TenantId tenant, int partitions) {
        long now = nanoTime.getAsLong();
        long perSecond = rate.perSecond(now);
        paidAt.values().removeIf(paid -> paid - (now - CREDIT_NANOS) <= 0);
        paidAt.putIfAbsent(tenant, now - CREDIT_NANOS);
        long sharers = paidAt.values().stream().filter(paid -> paid - now > 0).count();
        boolean shares = paidAt.get(tenant) - now > 0;
        long cost = (1L + partitions) * SECOND_NANOS / perSecond * (shares ? sharers : sharers + 1);
        paidAt.merge(tenant, cost, Long::sum);
    }
}
