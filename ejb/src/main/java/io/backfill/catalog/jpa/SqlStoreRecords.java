package io.backfill.catalog.jpa;

import static java.util.stream.Collectors.mapping;
import static java.util.stream.Collectors.partitioningBy;
import static java.util.stream.Collectors.toSet;

import io.backfill.ids.BatchId;
import io.backfill.ids.FileId;
import io.backfill.ids.UploadId;
import io.backfill.retention.StoreRecords;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;

/** Looks up the records of blobs, with one statement, and hence one snapshot, for every few hundred ids. */
public final class SqlStoreRecords implements StoreRecords {
    /** Databases accept some ten thousand parameters; the longest statement uses each id four times. */
    private static final int AT_ONCE = 500;

    private static final String FILES = "SELECT id, 0 FROM {h-schema}files WHERE id IN (:ids)"
            + " UNION SELECT output_file_id, 0 FROM {h-schema}batches WHERE " + DatabaseClock.RUNNING
            + " AND output_file_id IN (:ids)"
            + " UNION SELECT error_file_id, 0 FROM {h-schema}batches WHERE " + DatabaseClock.RUNNING
            + " AND error_file_id IN (:ids)"
            + " UNION SELECT file_id, 0 FROM {h-schema}uploads WHERE swept = FALSE AND state = 'PENDING'"
            + " AND file_id IN (:ids)";
    private static final String UPLOADS =
            "SELECT id, CASE WHEN swept THEN 1 ELSE 0 END FROM {h-schema}uploads WHERE id IN (:ids)";
    private static final String BATCHES = "SELECT id, CASE WHEN " + DatabaseClock.RUNNING
            + " THEN 0 ELSE 1 END FROM {h-schema}batches WHERE id IN (:ids)";

    private final Transactions transactions;

    public SqlStoreRecords(Transactions transactions) {
        this.transactions = transactions;
    }

    @Override
    public Known<FileId> files(Collection<FileId> found) {
        return known(FILES, found, FileId::value, FileId::new);
    }

    @Override
    public Known<UploadId> uploads(Collection<UploadId> found) {
        return known(UPLOADS, found, UploadId::value, UploadId::new);
    }

    @Override
    public Known<BatchId> batches(Collection<BatchId> found) {
        return known(BATCHES, found, BatchId::value, BatchId::new);
    }

    private <I> Known<I> known(String sql, Collection<I> found, Function<I, String> text, Function<String, I> id) {
        Set<I> wanted = new HashSet<>();
        Set<I> over = new HashSet<>();
        List<String> all = found.stream().map(text).toList();
        for (int from = 0; from < all.size(); from += AT_ONCE) {
            List<String> some = new ArrayList<>(all.subList(from, Math.min(all.size(), from + AT_ONCE)));
            Map<Boolean, Set<I>> rows = rows(sql, some).stream()
                    .collect(partitioningBy(
                            row -> ((Number) row[1]).intValue() == 1,
                            mapping(row -> id.apply((String) row[0]), toSet())));
            wanted.addAll(rows.getOrDefault(false, Set.of()));
            over.addAll(rows.getOrDefault(true, Set.of()));
        }
        return new Known<>(wanted, over);
    }

    private List<Object[]> rows(String sql, List<String> ids) {
        return transactions.call(manager -> {
            List<?> rows =
                    manager.createNativeQuery(sql).setParameter("ids", ids).getResultList();
            return rows.stream().map(row -> (Object[]) row).toList();
        });
    }
}
