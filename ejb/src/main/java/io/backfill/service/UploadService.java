package io.backfill.service;

import io.backfill.errors.BackfillException;
import io.backfill.errors.ErrorCode;
import io.backfill.files.FileCatalog;
import io.backfill.files.FileConfig;
import io.backfill.files.FileStore;
import io.backfill.files.PartTotals;
import io.backfill.files.PartVerdict;
import io.backfill.files.StoredFile;
import io.backfill.files.TenantStorage;
import io.backfill.files.Upload;
import io.backfill.files.Upload.State;
import io.backfill.files.UploadCatalog;
import io.backfill.files.UploadPart;
import io.backfill.ids.FileId;
import io.backfill.ids.IdGenerator;
import io.backfill.ids.PartId;
import io.backfill.ids.UploadId;
import io.backfill.retention.EndedUploads;
import io.backfill.tenants.TenantId;
import java.io.IOException;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;

/** Manages files that are uploaded in parts, in any order, over many connections, within an hour. Thread-safe. */
public final class UploadService {
    /** The name of the parameter that carries a part's bytes. */
    private static final String DATA = "data";

    /** The catalogs and the store of uploads and of the files made from them. */
    public record Ports(
            UploadCatalog uploads, EndedUploads ended, TenantStorage storage, FileStore store, FileCatalog files) {}

    private final UploadCatalog uploads;
    private final EndedUploads ended;
    private final FileStore store;
    private final FileCatalog files;
    private final IdGenerator ids;
    private final InstantSource time;
    private final FileConfig config;
    private final FileRules rules;

    public UploadService(Ports ports, IdGenerator ids, InstantSource time, FileConfig config) {
        this.uploads = ports.uploads();
        this.ended = ports.ended();
        this.store = ports.store();
        this.files = ports.files();
        this.ids = ids;
        this.time = time;
        this.config = config;
        this.rules = new FileRules(ports.storage(), config);
    }

    /**
     * Opens an upload. Its declared bytes count towards the tenant's quota until it is cancelled or expires; once it is
     * completed, its file counts.
     *
     * @throws BackfillException {@code INTEGER_ABOVE_MAX_VALUE}, {@code STORAGE_QUOTA_EXCEEDED}, or {@code
     *     RATE_LIMIT_EXCEEDED} when the tenant has too many open uploads
     */
    public UploadState create(TenantId tenant, NewUpload described) {
        NewFile file = described.file();
        rules.checkName(file);
        if (described.bytes() > config.maxUploadTotalBytes()) {
            throw new BackfillException(
                    ErrorCode.INTEGER_ABOVE_MAX_VALUE,
                    "Invalid 'bytes': integer above maximum value. Expected a value <= " + config.maxUploadTotalBytes()
                            + ", but got " + described.bytes() + " instead.",
                    "bytes");
        }
        UploadId id = ids.uploadId();
        Upload upload = new Upload(
                id,
                tenant,
                file.filename(),
                file.purpose(),
                described.mimeType(),
                described.bytes(),
                file.expiresAfter(),
                FileRules.toTheSecond(id.createdAt()),
                State.PENDING,
                Optional.empty());
        rules.open(upload);
        return new UploadState(upload, false, Optional.empty());
    }

    /** Begins to receive a part; fails at once when the upload cannot accept one. */
    public ArrivingPart begin(TenantId tenant, UploadId id) {
        Upload upload = pending(tenant, id);
        PartTotals present = uploads.totals(id);
        check(present.admits(0, upload.bytes(), config.tenant().maxParts()), upload);
        long left = upload.bytes() - present.bytes();
        PartId part = ids.partId();
        String key = UploadPart.key(id, part);
        ArrivingBytes bytes = left < config.maxPartBytes()
                ? new ArrivingBytes(store, key, left, () -> beyondDeclared(upload))
                : new ArrivingBytes(store, key, config.maxPartBytes(), () -> FileRules.tooLarge(DATA));
        return new ArrivingPart(upload, part, bytes);
    }

    /**
     * Creates a part from the received bytes.
     *
     * @throws BackfillException {@code TOO_LARGE} when parts added meanwhile have left too little room, {@code
     *     INVALID_REQUEST} when there are too many parts, {@code CONFLICT} when the upload has ended
     */
    public UploadPart add(ArrivingPart arrived) {
        UploadPart part = new UploadPart(
                arrived.id(),
                arrived.upload().id(),
                arrived.bytes().size(),
                FileRules.toTheSecond(arrived.id().createdAt()));
        // the upload may have ended or been filled while the bytes were received
        check(uploads.addPart(part, config.tenant().maxParts()), arrived.upload());
        arrived.bytes().take();
        return part;
    }

    private void check(PartVerdict verdict, Upload upload) {
        switch (verdict) {
            case ADDED -> {}
            case NOT_PENDING -> throw notPending(upload.tenant(), upload.id());
            case BEYOND_DECLARED -> throw beyondDeclared(upload);
            case TOO_MANY ->
                throw new BackfillException(
                        ErrorCode.INVALID_REQUEST,
                        "An upload may have " + config.tenant().maxParts() + " parts. Send larger ones.",
                        DATA);
        }
    }

    private static BackfillException beyondDeclared(Upload upload) {
        return new BackfillException(
                ErrorCode.TOO_LARGE,
                "The upload was created for " + upload.bytes() + " bytes, and its parts would exceed them.",
                DATA);
    }

    /**
     * Creates the file from the bytes of {@code chosen}, in that order. Idempotent: a repeated call returns the same file,
     * and completes it after a crash. A repeated call must name the same parts in the same order; anything else is a conflict
     * once the file's id has been reserved.
     *
     * @param md5 the expected digest of the file, in hex digits
     */
    public UploadState complete(TenantId tenant, UploadId id, List<PartId> chosen, Optional<String> md5) {
        Upload upload = find(tenant, id);
        if (upload.state() == State.COMPLETED) {
            return state(upload);
        }
        checkPending(upload);
        UploadParts parts = UploadParts.choose(uploads.parts(id), chosen);
        parts.checkTotal(upload.bytes());
        FileId fileId;
        try {
            if (md5.isPresent()) {
                parts.checkDigest(store, md5.get());
            }
            fileId = reserve(id, parts);
            store.concatenate(StoredFile.key(fileId), parts.pieces());
        } catch (IOException e) {
            // a sweep or a concurrent complete may have ended the upload and removed its parts
            Upload now = find(tenant, id);
            if (now.state() == State.COMPLETED) {
                return state(now);
            }
            throw now.state() == State.PENDING ? ArrivingBytes.storeFailure(e) : notPending(tenant, id);
        }
        StoredFile file = file(upload, fileId);
        files.put(file);
        if (!uploads.complete(id, fileId)) {
            return lostRace(tenant, id, file);
        }
        return new UploadState(find(tenant, id), false, Optional.of(file));
    }

    /**
     * Reserves the file's id. It encodes the order of the parts, because two completes with different orders must not write
     * the same blob.
     */
    private FileId reserve(UploadId id, UploadParts parts) {
        int fingerprint = parts.fingerprint();
        FileId reserved = uploads.reserveFile(id, ids.fileId().endingIn(fingerprint));
        if (reserved.tail() != fingerprint) {
            throw new BackfillException(
                    ErrorCode.CONFLICT,
                    "This upload is being completed with other parts, or with its parts in another order. Complete it"
                            + " with those, or cancel it.");
        }
        return reserved;
    }

    /**
     * Handles an upload that ended concurrently: either it was completed with the same file, or it was cancelled, and then
     * the file is deleted.
     */
    private UploadState lostRace(TenantId tenant, UploadId id, StoredFile file) {
        Upload now = find(tenant, id);
        if (now.state() == State.COMPLETED) {
            return state(now);
        }
        files.delete(tenant, file.id(), time.instant());
        throw notPending(tenant, id);
    }

    /** Ends the upload without a file and removes its parts. Idempotent. */
    public UploadState cancel(TenantId tenant, UploadId id) {
        Upload upload = find(tenant, id);
        if (upload.state() != State.CANCELLED) {
            checkPending(upload);
            if (!uploads.cancel(id) && find(tenant, id).state() != State.CANCELLED) {
                throw notPending(tenant, id);
            }
            removeParts(id);
        }
        return state(find(tenant, id));
    }

    /**
     * Removes the parts at once, because their bytes count towards the tenant's quota until then. If the store fails, a sweep
     * removes them later.
     */
    private void removeParts(UploadId id) {
        try {
            store.deleteFolder(UploadPart.folder(id));
        } catch (IOException e) {
            ServiceLog.LOG.bytesNotRemoved(UploadPart.folder(id), e);
            return;
        }
        ended.forgetParts(id);
    }

    private StoredFile file(Upload upload, FileId id) {
        Instant createdAt = FileRules.toTheSecond(id.createdAt());
        return new StoredFile(
                id,
                upload.tenant(),
                upload.filename(),
                upload.purpose(),
                upload.bytes(),
                createdAt,
                rules.expiry(upload.purpose(), upload.fileExpiresAfter(), createdAt));
    }

    private UploadState state(Upload upload) {
        Instant now = time.instant();
        return new UploadState(
                upload, upload.expired(now), upload.file().flatMap(id -> files.find(upload.tenant(), id, now)));
    }

    private Upload find(TenantId tenant, UploadId id) {
        return uploads.find(tenant, id).orElseThrow(() -> noSuchUpload(id.value()));
    }

    private Upload pending(TenantId tenant, UploadId id) {
        Upload upload = find(tenant, id);
        checkPending(upload);
        return upload;
    }

    private void checkPending(Upload upload) {
        if (upload.expired(time.instant())) {
            throw conflict("expired");
        }
        switch (upload.state()) {
            case PENDING -> {}
            case COMPLETED -> throw conflict("completed");
            case CANCELLED -> throw conflict("cancelled");
        }
    }

    private BackfillException notPending(TenantId tenant, UploadId id) {
        checkPending(find(tenant, id));
        return new BackfillException(
                ErrorCode.UNAVAILABLE, "Upload " + id + " was changed concurrently, please try again.");
    }

    private static BackfillException conflict(String status) {
        return new BackfillException(
                ErrorCode.CONFLICT, "This upload has status '" + status + "', so it can no longer be changed.");
    }

    /** The same error for an upload that does not exist, that belongs to another tenant, and for a malformed id. */
    public static BackfillException noSuchUpload(String id) {
        return new BackfillException(ErrorCode.NOT_FOUND, "No such Upload object: " + id, "id");
    }
}
