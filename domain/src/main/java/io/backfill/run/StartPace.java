package io.backfill.run;

import io.backfill.pace.SpareRate;
import io.backfill.tenants.TenantId;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.function.DoubleSupplier;
import java.util.function.LongSupplier;

/**
 * How fast the jobs of planned batches are started. A job and each of its partitions cost several commits before the first line is
 * sent: very many small batches at once take the processors from the calls of others. Jobs are therefore started with what the
 * processors have left, 25 jobs and partitions a second at least. Tenants that start at the same time share that rate; one that has
 * not started anything lately starts at once, and {@link DispatchPlaces} holds back none that is alone. Not thread-safe.
 */
public final class StartPace {
    static final int LEAST_A_SECOND = 25;
    private static final int MOST_A_SECOND = 2_000;
    /** What a tenant that did not start anything may start at once; more than the time between two passes of the claims. */
    private static final long CREDIT_NANOS = Duration.ofSeconds(2).toNanos();

    private static final long SECOND_NANOS = Duration.ofSeconds(1).toNanos();

    private final LongSupplier nanoTime;
    private final SpareRate rate;
    /** When what a tenant has started is paid for; only of tenants that have used up some of their credit. */
    private final Map<TenantId, Long> paidAt = new HashMap<>();

    /** @param load as {@link SpareRate} takes it */
    public StartPace(DoubleSupplier load, LongSupplier nanoTime) {
        this.nanoTime = nanoTime;
        this.rate = new SpareRate(load, MOST_A_SECOND, LEAST_A_SECOND, MOST_A_SECOND, nanoTime.getAsLong());
    }

    /** Whether the tenant may start a job now. */
    boolean allows(TenantId tenant) {
        Long paid = paidAt.get(tenant);
        return paid == null || paid - nanoTime.getAsLong() <= 0;
    }

    /** A job of the tenant has been started, with so many partitions. */
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
