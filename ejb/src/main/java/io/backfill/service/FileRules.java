package io.backfill.service;

import io.backfill.errors.BackfillException;
import io.backfill.errors.ErrorCode;
import io.backfill.files.FileConfig;
import io.backfill.files.FilePurpose;
import io.backfill.files.StorageVerdict;
import io.backfill.files.StoredFile;
import io.backfill.files.TenantStorage;
import io.backfill.files.Upload;
import io.backfill.tenants.TenantId;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;

/** Rules for all files, whether uploaded in one piece or in parts. */
final class FileRules {
    /** The name of the parameter that carries a file's bytes. */
    static final String FILE = "file";

    private static final List<String> BATCH_NAMES = List.of(".jsonl", ".jsonl.gz", ".jsonl.zst");

    private final TenantStorage storage;
    private final FileConfig config;

    FileRules(TenantStorage storage, FileConfig config) {
        this.storage = storage;
        this.config = config;
    }

    void checkName(NewFile file) {
        if (config.strictFilename()
                && file.purpose() == FilePurpose.BATCH
                && BATCH_NAMES.stream().noneMatch(file.filename()::endsWith)) {
            throw new BackfillException(
                    ErrorCode.INVALID_REQUEST, "Invalid file format for Batch API. Must be .jsonl", FILE);
        }
    }

    /**
     * Returns the bytes left of the tenant's quota; empty when there is no quota. Files that arrive concurrently all see the
     * same room.
     */
    OptionalLong room(TenantId tenant, Instant now) {
        long quota = config.tenant().quotaBytes();
        return quota == 0
                ? OptionalLong.empty()
                : OptionalLong.of(Math.max(0, quota - storage.use(tenant, now).bytes()));
    }

    /**
     * Adds the file's record.
     *
     * @throws BackfillException when a limit of the tenant is exceeded
     */
    void add(StoredFile file) {
        check(storage.add(file, config.tenant()));
    }

    /**
     * Adds the upload's record and reserves the room for its bytes.
     *
     * @throws BackfillException when a limit of the tenant is exceeded
     */
    void open(Upload upload) {
        check(storage.open(upload, config.tenant()));
    }

    private void check(StorageVerdict verdict) {
        switch (verdict) {
            case ADMITTED -> {}
            case OVER_QUOTA -> throw quotaExceeded();
            case TOO_MANY_FILES ->
                throw new BackfillException(
                        ErrorCode.STORAGE_QUOTA_EXCEEDED,
                        "You may have " + config.tenant().maxFiles()
                                + " files. Delete files you no longer need; they stop counting within a minute.");
            case TOO_MANY_UPLOADS ->
                throw new BackfillException(
                        ErrorCode.RATE_LIMIT_EXCEEDED,
                        "You may have " + config.tenant().maxOpenUploads()
                                + " uploads open at once. Complete or cancel one, and try again.");
        }
    }

    BackfillException quotaExceeded() {
        return new BackfillException(
                ErrorCode.STORAGE_QUOTA_EXCEEDED,
                "Your files and open uploads would occupy more than the "
                        + config.tenant().quotaBytes()
                        + " bytes allowed. Delete files you no longer need; their space is available again within a minute.");
    }

    /** @param param the name of the parameter that carried the bytes */
    static BackfillException tooLarge(String param) {
        return new BackfillException(ErrorCode.TOO_LARGE, "File is too large.", param);
    }

    Optional<Instant> expiry(FilePurpose purpose, Optional<Duration> expiresAfter, Instant createdAt) {
        Optional<Duration> byPurpose =
                purpose == FilePurpose.BATCH ? Optional.of(config.batchExpiry()) : Optional.empty();
        return expiresAfter.or(() -> byPurpose).map(createdAt::plus);
    }

    /** Truncates to seconds. Files are dated by their ids, so that a list ordered by id is also ordered by date. */
    static Instant toTheSecond(Instant instant) {
        return Instant.ofEpochSecond(instant.getEpochSecond());
    }
}
