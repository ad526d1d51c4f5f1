package io.backfill.memory;

import io.backfill.errors.BackfillException;
import io.backfill.errors.ErrorCode;
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

/** Records of uploads and their parts in one map. Thread-safe; nothing survives the process. */
public final class MemoryUploadCatalog implements UploadCatalog, EndedUploads {
    /** Guarded by this object's lock, which makes every method atomic. */
    private final Map<UploadId, Row> rows = new TreeMap<>();

    @Override
    public synchronized void insert(Upload upload) {
        if (rows.putIfAbsent(upload.id(), new Row(upload)) != null) {
            throw new IllegalStateException("upload " + upload.id() + " is there already");
        }
    }

    @Override
    public synchronized Optional<Upload> find(TenantId tenant, UploadId id) {
        return row(id).map(row -> row.upload).filter(upload -> upload.tenant().equals(tenant));
    }

    @Override
    public synchronized boolean addPart(UploadPart part) {
        return pending(part.upload()).map(row -> row.parts.add(part)).orElse(false);
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
                forgetParts(upload);
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

    /** Whether a pending upload will become this file. */
    synchronized boolean reserves(FileId file) {
        return rows.values().stream()
                .filter(row -> !row.swept && row.upload.state() == State.PENDING)
                .anyMatch(row -> row.reserved.filter(file::equals).isPresent());
    }

    /** Whether the upload's parts are gone; empty when there is no such upload. */
    synchronized Optional<Boolean> swept(UploadId upload) {
        return row(upload).map(row -> row.swept);
    }

    private synchronized void forgetParts(Upload upload) {
        row(upload.id()).ifPresent(row -> {
            row.parts.clear();
            row.swept = true;
        });
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
