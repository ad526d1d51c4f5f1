package io.backfill.catalog.jpa;

import io.backfill.batches.Batch;
import io.backfill.batches.BatchQuery;
import io.backfill.batches.BatchQuery.Created;
import io.backfill.batches.BatchQuery.Filter;
import io.backfill.ids.BatchId;
import io.backfill.tenants.TenantId;
import jakarta.persistence.EntityManager;
import jakarta.persistence.Query;
import java.util.Comparator;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;

/**
 * Reads pages of batches. A page without a condition on model or metadata is a scan of an index of {@code batches}; any other
 * page is a scan of an index of {@code batch_labels}, followed by a look-up of each batch. Creation times bound the ids of the
 * scan, because ids begin with their second.
 */
final class BatchPages {
    /** A cursor after every id, because ids continue with hex digits. */
    private static final String BEHIND_ALL = BatchId.PREFIX + "g";

    /** A batch that is removed between both statements would make a page look like the last one, so it is read again. */
    private static final int ATTEMPTS = 3;

    private final PageWalk walk;

    BatchPages(PageWalk walk) {
        this.walk = walk;
    }

    List<Batch> read(EntityManager manager, TenantId tenant, BatchQuery query) {
        Optional<String> label = BatchLabels.of(query.filter());
        return label.isPresent() ? labelled(manager, tenant, query, label.get()) : unlabelled(manager, tenant, query);
    }

    private List<Batch> unlabelled(EntityManager manager, TenantId tenant, BatchQuery query) {
        String condition =
                query.filter().status().isPresent() ? walk.between("status", "tenant") : walk.between("tenant");
        Query page =
                manager.createNativeQuery("SELECT b.* FROM {h-schema}batches b WHERE " + condition, BatchEntity.class);
        return batches(bound(page, tenant, query).getResultList());
    }

    private List<Batch> labelled(EntityManager manager, TenantId tenant, BatchQuery query, String label) {
        String condition = query.filter().status().isPresent()
                ? walk.between("status", "tenant", "label")
                : walk.between("label", "tenant");
        List<Batch> page = List.of();
        for (int attempt = 0; attempt < ATTEMPTS; attempt++) {
            List<?> ids = bound(
                            manager.createNativeQuery("SELECT id FROM {h-schema}batch_labels WHERE " + condition),
                            tenant,
                            query)
                    .setParameter("label", label)
                    .getResultList();
            page = byIds(manager, ids);
            if (page.size() == ids.size()) {
                return page;
            }
        }
        return page;
    }

    private static List<Batch> byIds(EntityManager manager, List<?> ids) {
        if (ids.isEmpty()) {
            return List.of();
        }
        return batches(manager.createQuery("select b from BatchEntity b where b.id in :ids", BatchEntity.class)
                        .setParameter("ids", ids)
                        .getResultList())
                .stream()
                .sorted(Comparator.comparing(Batch::id).reversed())
                .toList();
    }

    private static Query bound(Query page, TenantId tenant, BatchQuery query) {
        Filter filter = query.filter();
        filter.status().ifPresent(status -> page.setParameter("status", status.name()));
        return page.setParameter("tenant", tenant.value())
                .setParameter("after", newest(query))
                .setParameter("from", oldest(filter.created()))
                .setMaxResults(query.limit());
    }

    private static List<Batch> batches(List<?> rows) {
        return rows.stream().map(row -> ((BatchEntity) row).toBatch()).toList();
    }

    /** Returns the exclusive end of the scan that comes first. */
    static String newest(BatchQuery query) {
        String cursor = query.after().map(BatchId::value).orElse(BEHIND_ALL);
        Created created = query.filter().created();
        if (created.before().isEmpty()) {
            return cursor;
        }
        String bound = beginOf(created.before().getAsLong());
        return cursor.compareTo(bound) < 0 ? cursor : bound;
    }

    static String oldest(Created created) {
        return created.after().isEmpty()
                ? ""
                : beginOf(Math.addExact(created.after().getAsLong(), 1));
    }

    /** Returns a text before every id of this second and after every id of the second before it. */
    private static String beginOf(long second) {
        if (second > 0xFFFFFFFFL) {
            return BEHIND_ALL;
        }
        return BatchId.PREFIX + HexFormat.of().toHexDigits(Math.max(0, second), 8);
    }
}
