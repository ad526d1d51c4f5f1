package io.backfill.memory;

import io.backfill.retention.SweepLeases;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.HashMap;
import java.util.Map;

/** Holds leases in one map. The injected time acts as the database's clock. Not persistent. Thread-safe. */
public final class MemorySweepLeases implements SweepLeases {
    private final InstantSource time;
    /** Guarded by this object's lock. */
    private final Map<String, Lease> leases = new HashMap<>();

    private record Lease(String owner, Instant until) {}

    public MemorySweepLeases(InstantSource time) {
        this.time = time;
    }

    @Override
    public synchronized boolean take(String sweep, String owner, Duration length) {
        Instant now = time.instant();
        Lease lease = leases.get(sweep);
        boolean free = lease == null || lease.owner().equals(owner) || !now.isBefore(lease.until());
        if (free) {
            leases.put(sweep, new Lease(owner, now.plus(length)));
        }
        return free;
    }

    @Override
    public synchronized void end(String sweep, String owner, Duration pause) {
        Lease ended = new Lease("", time.instant().plus(pause));
        leases.computeIfPresent(sweep, (same, lease) -> lease.owner().equals(owner) ? ended : lease);
    }
}
