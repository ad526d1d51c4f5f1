package io.backfill.batches;

import io.backfill.ids.BatchId;
import io.backfill.tenants.TenantId;
import java.time.Instant;

/**
 * A planned batch that waits for a place at one of its models.
 *
 * @param lines number of lines left at this model
 * @param models number of models with lines left
 */
public record WaitingBatch(
        BatchId id, TenantId tenant, Instant deadline, String model, int lines, int models, Priority priority) {
    /** Creates a batch with the normal priority. */
    public WaitingBatch(BatchId id, TenantId tenant, Instant deadline, String model, int lines, int models) {
        this(id, tenant, deadline, model, lines, models, Priority.NORMAL);
    }
}
