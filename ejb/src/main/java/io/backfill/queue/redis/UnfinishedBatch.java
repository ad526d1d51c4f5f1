package io.backfill.queue.redis;

import io.backfill.batches.Batch;
import io.backfill.ids.BatchId;
import io.backfill.tenants.TenantId;
import java.time.Instant;

/**
 * The properties of a batch that has not ended which determine its position in the queue.
 *
 * @param running whether a node holds its lease
 */
public record UnfinishedBatch(BatchId id, TenantId tenant, Instant deadline, boolean running) {
    /** The largest value, in the year 2109, that fits into 13 digits and into a score together with a turn. */
    private static final long LAST_DEADLINE = (1L << 42) - 1;

    private static final int DIGITS = 13;

    static UnfinishedBatch waiting(Batch batch) {
        return new UnfinishedBatch(batch.id(), batch.tenant(), batch.deadline(), false);
    }

    /** Returns the text kept by {@code queue.lua}; its text order is the order of deadlines, then of ids. */
    String place() {
        String millis = String.valueOf(Math.clamp(deadline.toEpochMilli(), 0, LAST_DEADLINE));
        return tenant + " " + "0".repeat(DIGITS - millis.length()) + millis + " " + id;
    }
}
