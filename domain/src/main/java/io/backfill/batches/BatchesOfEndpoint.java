package io.backfill.batches;

import io.backfill.ids.BatchId;
import io.backfill.tenants.TenantId;
import java.util.List;
import java.util.Optional;

/**
 * SPI: pages of a tenant's batches with one endpoint, newest first. The cost of a page depends on its own size only. Implemented by
 * the same backends as {@link BatchCatalog}, with the same errors.
 */
public interface BatchesOfEndpoint {
    /** Returns the newest batches that are older than the cursor, newest first. */
    List<Batch> olderThan(TenantId tenant, String endpoint, Optional<BatchId> cursor, int limit);

    /** Returns the oldest batches that are newer than the cursor, newest first. */
    List<Batch> newerThan(TenantId tenant, String endpoint, BatchId cursor, int limit);
}
