package io.backfill.batches;

import java.time.Instant;

/**
 * The right to work on a batch. The epoch increases by one with every claim and never decreases: a write with an older epoch comes
 * from a worker that has lost its lease.
 *
 * @param owner node and boot; empty if the lease is free
 * @param until expiry, by the database's clock
 */
public record Lease(String owner, long epoch, Instant until) {
    public static final Lease NONE = new Lease("", 0, Instant.EPOCH);

    public boolean heldAt(Instant now) {
        return !owner.isEmpty() && now.isBefore(until);
    }
}
