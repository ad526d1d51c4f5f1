package io.backfill.queue.sql;

import io.backfill.batches.Batch;
import io.backfill.batches.BatchLeases;
import io.backfill.batches.WaitingBatch;
import io.backfill.batches.WaitingBatches;
import io.backfill.catalog.jpa.DatabaseClock;
import io.backfill.catalog.jpa.Transactions;
import io.backfill.errors.BackfillException;
import io.backfill.ids.BatchId;
import io.backfill.queue.BatchQueue;
import io.backfill.tenants.TenantId;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * The batches to be planned, read from their rows on each call; hence offer and remove do nothing. Tenants take turns. Each
 * tenant's batches are ordered by deadline, those with large files last; batches of a tenant that are being planned count as
 * turns taken. With more than 32 tenants, successive calls return those of different tenants.
 */
public final class SqlBatchQueue implements BatchQueue {
    private static final int TENANTS = 32;

    /** Returns few rows, because planning takes seconds at most. */
    private static final String PLANNED_NOW = "SELECT tenant, COUNT(*) FROM {h-schema}batches WHERE"
            + " status = 'VALIDATING' AND lease_until > " + DatabaseClock.NOW_MILLIS + " GROUP BY tenant";

    private static final Comparator<Place> ORDER = Comparator.comparingLong(Place::turn)
            .thenComparing(place -> place.batch().deadline())
            .thenComparing(place -> place.batch().id());

    private final Transactions transactions;
    private final BatchLeases leases;
    private final WaitingBatches waiting;
    private volatile Optional<TenantId> last = Optional.empty();

    private record Place(long turn, WaitingBatch batch) {}

    public SqlBatchQueue(Transactions transactions, BatchLeases leases, WaitingBatches waiting) {
        this.transactions = transactions;
        this.leases = leases;
        this.waiting = waiting;
    }

    @Override
    public void offer(Batch batch) {
        // the row already says so
    }

    @Override
    public List<Candidate> next(int limit) {
        try {
            List<WaitingBatch> rows = rows(limit);
            if (rows.isEmpty()) {
                return List.of();
            }
            Map<TenantId, Long> turns = new HashMap<>(plannedNow());
            List<Place> places = new ArrayList<>();
            for (WaitingBatch row : rows) {
                places.add(new Place(turns.merge(row.tenant(), 1L, Long::sum), row));
            }
            return places.stream()
                    .sorted(ORDER)
                    .limit(limit)
                    .map(place ->
                            new Candidate(place.batch().id(), place.batch().tenant()))
                    .toList();
        } catch (BackfillException away) {
            return List.of();
        }
    }

    private List<WaitingBatch> rows(int limit) {
        Optional<TenantId> after = last;
        Set<WaitingBatch> rows = new LinkedHashSet<>(waiting.next("", after, TENANTS, limit));
        int left = TENANTS - (int) tenantsOf(rows);
        if (after.isPresent() && left > 0) {
            // the end of the names was reached: continue from the beginning until there are 32 tenants, so that the
            // next call
            // returns others
            rows.addAll(waiting.next("", Optional.empty(), left, limit));
        }
        List<WaitingBatch> found = List.copyOf(rows);
        last = tenantsOf(rows) < TENANTS
                ? Optional.empty()
                : Optional.of(found.getLast().tenant());
        return found;
    }

    private static long tenantsOf(Set<WaitingBatch> rows) {
        return rows.stream().map(WaitingBatch::tenant).distinct().count();
    }

    private Map<TenantId, Long> plannedNow() {
        return transactions.call(manager -> {
            Map<TenantId, Long> counts = new HashMap<>();
            List<?> rows = manager.createNativeQuery(PLANNED_NOW).getResultList();
            for (Object row : rows) {
                Object[] columns = (Object[]) row;
                counts.put(new TenantId((String) columns[0]), ((Number) columns[1]).longValue());
            }
            return counts;
        });
    }

    @Override
    public void remove(BatchId id) {
        // the lease or the status already says so
    }

    @Override
    public long size() {
        try {
            return leases.claimableCount();
        } catch (BackfillException away) {
            return 0;
        }
    }
}
