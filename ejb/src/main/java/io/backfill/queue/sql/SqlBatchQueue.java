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
 * The batches to be planned, read from their rows each time; so offering and removing are nothing to do. Tenants take turns, each
 * with its earliest deadline and its large files last; a batch of a tenant that is being planned counts as a turn taken. Of more
 * than 32 tenants others come first the next time.
 */
public final class SqlBatchQueue implements BatchQueue {
    private static final int TENANTS = 32;

    /** Few: planning takes seconds at most. */
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
        // its row says it already
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
            // the end of the names was reached: from the beginning, no further than makes them 32, so that others come
            // next time
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
        // its lease or its status says it already
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
