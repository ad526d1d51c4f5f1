package io.backfill.memory;

import io.backfill.errors.BackfillException;
import io.backfill.errors.ErrorCode;
import io.backfill.files.PartTotals;
import io.backfill.files.PartVerdict;
import io.backfill.files.Upload;
import io.backfill.files.Upload.State;
import io.backfill.files.UploadCatalog;
import io.backfill.files.UploadPart;
import io.backfill.ids.FileId;
import io.backfill.ids.UploadId;
import io.backfill.retention.EndedUploads;
import io.backfill.tenants.TenantId;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.Predicate;
import java.util.stream.Stream;

/** Holds records of uploads and their parts in one map. Not persistent. Thread-safe. */
public final class MemoryUploadCatalog implements UploadCatalog, EndedUploads {
    /** Guarded by this object's lock, which makes every method atomic. */
    private final Map<UploadId, Row> rows = new TreeMap<>();

    @Override
    public synchronized void insert(Upload upload) {
        if (rows.putIfAbsent(upload.id(), new Row(upload)) != null) {
            throw new IllegalStateException("upload " + upload.id() + " already exists");
        }
    }

    @Override
    public synchronized Optional<Upload> find(TenantId tenant, UploadId id) {
        return row(id).map(row -> row.upload).filter(upload -> upload.tenant().equals(tenant));
    }

    @Override
    public synchronized PartVerdict addPart(UploadPart part, int maxParts) {
        return pending(part.upload()).map(row -> row.add(part, maxParts)).orElse(PartVerdict.NOT_PENDING);
    }

    @Override
    public synchronized PartTotals totals(UploadId upload) {
        return row(upload).map(Row::totals).orElse(PartTotals.NONE);
    }

    @Override
    public synchronized List<UploadPart> parts(UploadId upload) {
        return row(upload).map(row -> row.parts).orElse(List.of()).stream()
                .sorted(Comparator.comparing(UploadPart::id))
                .toList();
    }

    @Override
    public synchronized boolean complete(UploadId upload, FileId file) {
        Optional<Row> pending = pending(upload);
        pending.ifPresent(row -> row.end(State.COMPLETED, Optional.of(file)));
        return pending.isPresent();
    }

    @Override
    public synchronized FileId reserveFile(UploadId upload, FileId proposed) {
        Row row = row(upload)
                .orElseThrow(
                        () -> new BackfillException(ErrorCode.NOT_FOUND, "No such Upload object: " + upload, "id"));
        row.reserved = row.reserved.or(() -> Optional.of(proposed));
        return row.reserved.get();
    }

    @Override
    public synchronized boolean cancel(UploadId upload) {
        Optional<Row> pending = pending(upload);
        pending.ifPresent(row -> row.end(State.CANCELLED, Optional.empty()));
        return pending.isPresent();
    }

    @Override
    public int sweep(Instant now, int limit, Predicate<Upload> bytesRemoved) {
        int removed = 0;
        for (Upload upload : sweepable(now, limit)) {
            if (bytesRemoved.test(upload)) {
                forget(upload.id());
                removed++;
            }
        }
        forgetEnded(now);
        return removed;
    }

    @Override
    public synchronized long sweepableCount(Instant now) {
        return sweepable(now).count();
    }

    private synchronized List<Upload> sweepable(Instant now, int limit) {
        return sweepable(now).limit(limit).toList();
    }

    private Stream<Upload> sweepable(Instant now) {
        return rows.values().stream()
                .filter(row -> !row.swept)
                .map(row -> row.upload)
                .filter(upload -> upload.state() != State.PENDING || upload.expired(now.minus(Upload.LIFETIME)));
    }

    /** Whether the file id is reserved by a pending upload. */
    synchronized boolean reserves(FileId file) {
        return rows.values().stream()
                .filter(row -> !row.swept && row.upload.state() == State.PENDING)
                .anyMatch(row -> row.reserved.filter(file::equals).isPresent());
    }

    /** Whether the upload's parts have been removed; empty if there is no such upload. */
    synchronized Optional<Boolean> swept(UploadId upload) {
        return row(upload).map(row -> row.swept);
    }

    @Override
    public synchronized void forgetParts(UploadId upload) {
        if (row(upload).filter(row -> row.upload.state() != State.PENDING).isPresent()) {
            forget(upload);
        }
    }

    private synchronized void forget(UploadId upload) {
        row(upload).ifPresent(row -> {
            row.parts.clear();
            row.swept = true;
        });
    }

    /** Returns the number of the tenant's open uploads. */
    synchronized long open(TenantId tenant, Instant now) {
        return of(tenant).filter(row -> row.isOpen(now)).count();
    }

    /** Returns the bytes that the tenant's uploads reserve. */
    synchronized long reserved(TenantId tenant, Instant now) {
        return of(tenant).mapToLong(row -> row.reserved(now)).sum();
    }

    private Stream<Row> of(TenantId tenant) {
        return rows.values().stream()
                .filter(row -> !row.swept && row.upload.tenant().equals(tenant));
    }

    private synchronized void forgetEnded(Instant now) {
        rows.values()
                .removeIf(
                        row -> row.swept && !now.isBefore(row.upload.createdAt().plus(Upload.REMEMBERED)));
    }

    private Optional<Row> row(UploadId id) {
        return Optional.ofNullable(rows.get(id));
    }

    private Optional<Row> pending(UploadId id) {
        return row(id).filter(row -> !row.swept && row.upload.state() == State.PENDING);
    }

    private static final class Row {
        private final List<UploadPart> parts = new ArrayList<>();
        private Upload upload;
        private Optional<FileId> reserved = Optional.empty();
        private boolean swept;

        Row(Upload upload) {
            this.upload = upload;
        }

        PartTotals totals() {
            return new PartTotals(
                    parts.size(), parts.stream().mapToLong(UploadPart::bytes).sum());
        }

        PartVerdict add(UploadPart part, int maxParts) {
            PartVerdict verdict = totals().admits(part.bytes(), upload.bytes(), maxParts);
            if (verdict == PartVerdict.ADDED) {
                parts.add(part);
            }
            return verdict;
        }

        boolean isOpen(Instant now) {
            return upload.state() == State.PENDING && !upload.expired(now);
        }

        long reserved(Instant now) {
            if (upload.state() == State.CANCELLED) {
                return totals().bytes();
            }
            return isOpen(now) ? upload.bytes() : 0;
        }

        void end(State state, Optional<FileId> file) {
            upload = new Upload(
                    upload.id(),
                    upload.tenant(),
                    upload.filename(),
                    upload.purpose(),
                    upload.mimeType(),
                    upload.bytes(),
                    upload.fileExpiresAfter(),
                    upload.createdAt(),
                    state,
                    file);
        }
    }
}
