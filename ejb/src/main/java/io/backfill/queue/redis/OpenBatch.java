package io.backfill.queue.redis;

import io.backfill.batches.Batch;
import io.backfill.ids.BatchId;
import io.backfill.tenants.TenantId;
import java.time.Instant;

/**
 * A batch that has not ended, as far as the order needs to know it.
 *
 * @param running somebody holds its lease
 */
public record OpenBatch(BatchId id, TenantId tenant, Instant deadline, boolean running) {
    /** What 13 digits, and a score beside a turn, can hold: 2109. */
    private static final long LAST_DEADLINE = (1L << 42) - 1;

    private static final int DIGITS = 13;

    static OpenBatch waiting(Batch batch) {
        return new OpenBatch(batch.id(), batch.tenant(), batch.deadline(), false);
    }

    /** As {@code queue.lua} keeps it; its text order is the order of deadlines, then of ids. */
    String place() {
        String millis = String.valueOf(Math.clamp(deadline.toEpochMilli(), 0, LAST_DEADLINE));
        return tenant + " " + "0".repeat(DIGITS - millis.length()) + millis + " " + id;
    }
}
