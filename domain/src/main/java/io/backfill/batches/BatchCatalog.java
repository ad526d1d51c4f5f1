package io.backfill.batches;

import io.backfill.files.StoredFile;
import io.backfill.ids.BatchId;
import io.backfill.tenants.TenantId;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * SPI: the rows of batches, the source of truth for their status. Every method is one short blocking transaction. If the database
 * does not answer, it throws {@link io.backfill.errors.BackfillException} {@code UNAVAILABLE}. Committed data survives a
 * {@code kill -9} right after the return. {@link BatchLeases} manages the leases in the same rows.
 */
public interface BatchCatalog {
    /**
     * Adds a new batch within its tenant's rate, and under an idempotency key if there is one, atomically. The rate holds over all
     * nodes and restarts. A repeated create does not count against it.
     *
     * @return the given batch, or the one that an earlier create with the same key and fingerprint made
     * @throws io.backfill.errors.BackfillException {@code CONFLICT} if the key was used with another fingerprint
     * @throws CreateRateExceededException if the tenant creates too many batches
     */
    Batch create(Batch batch, Optional<IdempotencyKey> key, CreateRate rate);

    /** Adds a new batch, ignoring its tenant's rate. */
    default void insert(Batch batch) {
        create(batch, Optional.empty(), CreateRate.UNLIMITED);
    }

    /**
     * Adds a new batch under an idempotency key, atomically, ignoring its tenant's rate.
     *
     * @return the given batch, or the one that an earlier create with the same key and fingerprint made
     * @throws io.backfill.errors.BackfillException {@code CONFLICT} if the key was used with another fingerprint
     */
    default Batch insertOnce(Batch batch, IdempotencyKey key) {
        return create(batch, Optional.of(key), CreateRate.UNLIMITED);
    }

    /** Returns a batch of any tenant, for workers. Reads one row, by key. */
    Optional<Batch> find(BatchId id);

    /** Returns a batch of the tenant. A batch of another tenant is reported like one that does not exist. */
    default Optional<Batch> find(TenantId tenant, BatchId id) {
        return find(id).filter(batch -> batch.tenant().equals(tenant));
    }

    /** Returns one page of the tenant's batches, newest first. Reads hardly more rows than the page has, whatever the filter. */
    List<Batch> list(TenantId tenant, BatchQuery query);

    /** Returns one page of all batches of the tenant, newest first, after the cursor. */
    default List<Batch> list(TenantId tenant, Optional<BatchId> after, int limit) {
        return list(tenant, BatchQuery.all(after, limit));
    }

    /**
     * Compare-and-set: replaces the row by {@code after} if its version is still {@code before.version()} and its epoch still
     * {@code before.lease().epoch()}. Changes status, times, counts, results and headers, but not the lease columns. If the batch
     * is not terminal, counts that another write has raised in the meantime are not lowered.
     *
     * @param files records to add in the same transaction, so that result files become visible together with the terminal status
     * @return false, with nothing changed, if another write came first
     */
    boolean replace(Batch before, Batch after, List<StoredFile> files);

    /**
     * Raises the counters of a batch that is not terminal, if its epoch is still {@code epoch}. A lower value changes nothing. Does
     * not change the version. Returns false if the epoch differs.
     */
    boolean recordProgress(BatchId id, long epoch, RequestCounts counts, Optional<Usage> usage);

    /** The content of a batch's log. */
    record Progress(BatchId id, long epoch, RequestCounts counts, Optional<Usage> usage) {}

    /**
     * Like {@link #recordProgress(BatchId, long, RequestCounts, Optional)}, for several batches in one transaction. Skips batches
     * whose epoch differs.
     */
    void recordProgress(List<Progress> all);

    /**
     * Replaces the forecast if the epoch is still {@code epoch}. Keeps the stored prefix bound if the new forecast has none.
     * Changes neither the version nor a batch that has ended. Returns false if the epoch differs.
     */
    boolean recordForecast(BatchId id, long epoch, Forecast forecast);

    /**
     * Returns the number of batches that have not ended by status, over all tenants, for metrics. A status without batches is
     * absent. Does not read ended batches.
     */
    Map<BatchStatus, Long> countRunning();
}
