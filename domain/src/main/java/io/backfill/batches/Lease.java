package io.backfill.batches;

import java.time.Instant;

/**
 * Who works on a batch. The epoch grows by one with every claim and never goes back: a write that names an older epoch comes
 * from a worker that lost its lease.
 *
 * @param owner node and boot; empty when nobody holds it
 * @param until by the database's clock
 */
public record Lease(String owner, long epoch, Instant until) {
    public static final Lease NONE = new Lease("", 0, Instant.EPOCH);

    public boolean heldAt(Instant now) {
        return !owner.isEmpty() && now.isBefore(until);
    }
}
