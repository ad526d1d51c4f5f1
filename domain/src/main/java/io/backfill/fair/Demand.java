package io.backfill.fair;

import io.backfill.ids.BatchId;
import java.time.Instant;

/**
 * Work that a batch has left at one model.
 *
 * @param cost in the unit of {@link io.backfill.plan.EntryCost}
 */
public record Demand(BatchId batch, String model, Instant deadline, long cost) {}
