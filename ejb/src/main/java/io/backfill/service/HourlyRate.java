package io.backfill.service;

import io.backfill.tenants.TenantId;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;

/**
 * How often a tenant may do something in an hour: a bucket per tenant that holds an hour's worth and refills evenly. Thread-safe.
 */
final class HourlyRate {
    /** Beyond this many tenants those whose bucket is full again are forgotten. */
    private static final int MANY = 10_000;

    private final String what;
    private final int perHour;
    private final InstantSource time;
    private final ConcurrentMap<TenantId, Bucket> buckets = new ConcurrentHashMap<>();

    /**
     * @param what for the refusal, such as {@code batch creations}
     * @param perHour 0: no limit
     */
    HourlyRate(String what, int perHour, InstantSource time) {
        this.what = what;
        this.perHour = perHour;
        this.time = time;
    }

    /** Takes one, or refuses. */
    void take(TenantId tenant) {
        if (perHour == 0) {
            return;
        }
        Instant now = time.instant();
        if (buckets.size() > MANY) {
            buckets.values().removeIf(bucket -> bucket.refilled(now) >= perHour);
        }
        Bucket after = buckets.compute(tenant, (id, bucket) -> (bucket == null ? full(now) : bucket).taken(now));
        if (after.refused) {
            throw new RateLimitedException(what, perHour, after.untilNext());
        }
    }

    private Bucket full(Instant now) {
        return new Bucket(perHour, now, false);
    }

    /** So many were left at {@code at}; {@code refused} tells the last taker. */
    private final class Bucket {
        private final double left;
        private final Instant at;
        private final boolean refused;

        Bucket(double left, Instant at, boolean refused) {
            this.left = left;
            this.at = at;
            this.refused = refused;
        }

        double refilled(Instant now) {
            double hours = Math.max(0, Duration.between(at, now).toMillis()) / 3_600_000.0;
            return Math.min(perHour, left + hours * perHour);
        }

        Bucket taken(Instant now) {
            double there = refilled(now);
            Instant from = now.isBefore(at) ? at : now;
            return there >= 1 ? new Bucket(there - 1, from, false) : new Bucket(there, from, true);
        }

        Duration untilNext() {
            return Duration.ofMillis((long) Math.ceil((1 - left) * 3_600_000 / perHour));
        }
    }
}
