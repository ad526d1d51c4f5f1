package io.backfill.memory;

import static java.util.Comparator.comparing;

import io.backfill.files.FileCatalog;
import io.backfill.files.FileQuery;
import io.backfill.files.StoredFile;
import io.backfill.ids.FileId;
import io.backfill.tenants.TenantId;
import java.time.Instant;
import java.util.List;
import java.util.NavigableMap;
import java.util.Optional;
import java.util.concurrent.ConcurrentNavigableMap;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.function.BiPredicate;
import java.util.stream.Stream;

/** Holds records of files in one map. Not persistent. Thread-safe. */
public final class MemoryFileCatalog implements FileCatalog {
    private final BiPredicate<FileId, Instant> stillRead;
    private final ConcurrentNavigableMap<FileId, Row> rows = new ConcurrentSkipListMap<>();

    /** Creates a catalog of files that are not the input of any batch. */
    public MemoryFileCatalog() {
        this((file, rerunSince) -> false);
    }

    /**
     * Creates the file catalog of a batch catalog.
     *
     * @param stillRead whether the file is the input of an unfinished batch
     */
    MemoryFileCatalog(BiPredicate<FileId, Instant> stillRead) {
        this.stillRead = stillRead;
    }

    @Override
    public void put(StoredFile file) {
        rows.compute(file.id(), (id, row) -> row == null ? new Row(file, false) : row.replacedBy(file));
    }

    @Override
    public Optional<StoredFile> find(TenantId tenant, FileId id, Instant now) {
        return Optional.ofNullable(rows.get(id))
                .filter(row -> row.liveOf(tenant, now))
                .map(Row::file);
    }

    @Override
    public List<StoredFile> list(TenantId tenant, FileQuery query, Instant now) {
        NavigableMap<FileId, Row> ordered = query.newestFirst() ? rows.descendingMap() : rows;
        return query.after().map(cursor -> ordered.tailMap(cursor, false)).orElse(ordered).values().stream()
                .filter(row -> row.liveOf(tenant, now))
                .map(Row::file)
                .filter(file -> query.purpose().isEmpty() || query.purpose().get() == file.purpose())
                .limit(query.limit())
                .toList();
    }

    @Override
    public boolean delete(TenantId tenant, FileId id, Instant now) {
        Row row = rows.get(id);
        return row != null && row.liveOf(tenant, now) && rows.replace(id, row, new Row(row.file(), true));
    }

    @Override
    public long bytesOf(TenantId tenant) {
        return rows.values().stream()
                .map(Row::file)
                .filter(file -> file.tenant().equals(tenant))
                .mapToLong(StoredFile::bytes)
                .sum();
    }

    @Override
    public List<StoredFile> forgettable(Instant now, Instant rerunSince, int limit) {
        return forgettable(now, rerunSince)
                .sorted(comparing(Row::visibleUntil))
                .limit(limit)
                .map(Row::file)
                .toList();
    }

    @Override
    public long forgettableCount(Instant now, Instant rerunSince) {
        return forgettable(now, rerunSince).count();
    }

    private Stream<Row> forgettable(Instant now, Instant rerunSince) {
        return rows.values().stream()
                .filter(row -> !row.live(now))
                .filter(row -> !stillRead.test(row.file().id(), rerunSince));
    }

    long filesOf(TenantId tenant) {
        return rows.values().stream()
                .filter(row -> row.file().tenant().equals(tenant))
                .count();
    }

    boolean knows(FileId id) {
        return rows.containsKey(id);
    }

    @Override
    public void forget(FileId id) {
        rows.remove(id);
    }

    private record Row(StoredFile file, boolean deleted) {
        boolean live(Instant now) {
            return !deleted && !file.expired(now);
        }

        Instant visibleUntil() {
            return deleted ? Instant.MIN : file.expiresAt().orElse(Instant.MAX);
        }

        boolean liveOf(TenantId tenant, Instant now) {
            return file.tenant().equals(tenant) && live(now);
        }

        Row replacedBy(StoredFile other) {
            if (!file.tenant().equals(other.tenant())) {
                throw new IllegalStateException("file " + file.id() + " belongs to another tenant");
            }
            return new Row(other, deleted);
        }
    }
}
