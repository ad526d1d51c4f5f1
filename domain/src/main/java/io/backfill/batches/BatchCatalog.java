package io.backfill.batches;

import io.backfill.files.StoredFile;
import io.backfill.ids.BatchId;
import io.backfill.tenants.TenantId;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * SPI: the rows of batches, the truth about their status. Every method is one short transaction of its own and blocks for it;
 * a database that does not answer shows as {@link io.backfill.errors.BackfillException} {@code UNAVAILABLE}. What was committed
 * survives a {@code kill -9} right after the return. Leases are the business of {@link BatchLeases}, over the same rows.
 */
public interface BatchCatalog {
    /**
     * Adds a new batch within its tenant's rate, and under an idempotency key where there is one: all or nothing. The rate holds
     * over all nodes and restarts. A repeated create takes nothing from it.
     *
     * @return the given batch, or the one an earlier create with the same key and fingerprint made
     * @throws io.backfill.errors.BackfillException {@code CONFLICT} when the key was used with another fingerprint
     * @throws CreateRateExceededException when the tenant creates too many
     */
    Batch create(Batch batch, Optional<IdempotencyKey> key, CreateRate rate);

    /** Adds a new batch, whatever its tenant's rate. */
    default void insert(Batch batch) {
        create(batch, Optional.empty(), CreateRate.UNLIMITED);
    }

    /**
     * Adds a new batch under an idempotency key, both or neither, whatever its tenant's rate.
     *
     * @return the batch of that key: the given one, or the one an earlier create with the same key and fingerprint made
     * @throws io.backfill.errors.BackfillException {@code CONFLICT} when the key was used with another fingerprint
     */
    default Batch insertOnce(Batch batch, IdempotencyKey key) {
        return create(batch, Optional.of(key), CreateRate.UNLIMITED);
    }

    /** Any tenant's batch, for workers. One row, by key. */
    Optional<Batch> find(BatchId id);

    /** The tenant's batch; another tenant's is as absent as one that never was. */
    default Optional<Batch> find(TenantId tenant, BatchId id) {
        return find(id).filter(batch -> batch.tenant().equals(tenant));
    }

    /** One page of the tenant's batches, newest first, after the cursor (exclusive; need not exist any more). */
    List<Batch> list(TenantId tenant, Optional<BatchId> after, int limit);

    /**
     * Compare-and-set: replaces the row by {@code after} if its version is still {@code before.version()} and its epoch still
     * {@code before.lease().epoch()}. Status, times, counts, results and headers change; the lease columns do not. In a
     * batch that is not terminal, counts that another write raised meanwhile are not lowered.
     *
     * @param files records to add in the same transaction: result files become visible together with the terminal status
     * @return false, and nothing changed, when somebody was faster
     */
    boolean replace(Batch before, Batch after, List<StoredFile> files);

    /**
     * Raises the counters of a batch that is not terminal, if its epoch is still {@code epoch}; a lower value changes nothing. Does not touch
     * the version. False when the epoch is another.
     */
    boolean recordProgress(BatchId id, long epoch, RequestCounts counts, Optional<Usage> usage);

    /** What a batch's log holds. */
    record Progress(BatchId id, long epoch, RequestCounts counts, Optional<Usage> usage) {}

    /** As {@link #recordProgress(BatchId, long, RequestCounts, Optional)}, for some batches in one transaction; those of another epoch are left out. */
    void recordProgress(List<Progress> all);

    /**
     * Replaces the outlook, if the epoch is still {@code epoch}; without a bound, the one that is there stays. Does not touch the
     * version, nor a batch that has ended. False when the epoch is another.
     */
    boolean recordOutlook(BatchId id, long epoch, Outlook outlook);

    /** How many batches that have not ended there are in each status, over all tenants; for metrics. Absent: none. Does not read ended ones. */
    Map<BatchStatus, Long> countRunning();
}
