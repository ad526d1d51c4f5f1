package io.backfill.service;

import io.backfill.errors.BackfillException;
import io.backfill.errors.ErrorCode;
import io.backfill.files.FileCatalog;
import io.backfill.files.FileConfig;
import io.backfill.files.FilePurpose;
import io.backfill.tenants.TenantId;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.OptionalLong;

/** What holds for every file, whether it comes in one piece or in parts. */
final class FileRules {
    /** The parameter that names a file's bytes. */
    static final String FILE = "file";

    private final FileCatalog catalog;
    private final FileConfig config;

    FileRules(FileCatalog catalog, FileConfig config) {
        this.catalog = catalog;
        this.config = config;
    }

    void checkName(NewFile file) {
        if (config.strictFilename()
                && file.purpose() == FilePurpose.BATCH
                && !file.filename().endsWith(".jsonl")) {
            throw new BackfillException(
                    ErrorCode.INVALID_REQUEST, "Invalid file format for Batch API. Must be .jsonl", FILE);
        }
    }

    /** What the tenant's quota leaves; empty when there is no quota. Uploads under way at the same time may together exceed it. */
    OptionalLong room(TenantId tenant) {
        return config.tenantQuotaBytes() == 0
                ? OptionalLong.empty()
                : OptionalLong.of(Math.max(0, config.tenantQuotaBytes() - catalog.bytesOf(tenant)));
    }

    void checkRoom(TenantId tenant, long bytes) {
        OptionalLong room = room(tenant);
        if (room.isPresent() && bytes > room.getAsLong()) {
            throw quotaExceeded();
        }
    }

    BackfillException quotaExceeded() {
        return new BackfillException(
                ErrorCode.STORAGE_QUOTA_EXCEEDED,
                "Your files would occupy more than the " + config.tenantQuotaBytes()
                        + " bytes allowed. Delete files you no longer need; their room is yours again within a minute.");
    }

    /** @param param of the form that carried the bytes */
    static BackfillException tooLarge(String param) {
        return new BackfillException(ErrorCode.TOO_LARGE, "File is too large.", param);
    }

    Optional<Instant> expiry(FilePurpose purpose, Optional<Duration> expiresAfter, Instant createdAt) {
        Optional<Duration> byPurpose =
                purpose == FilePurpose.BATCH ? Optional.of(config.batchExpiry()) : Optional.empty();
        return expiresAfter.or(() -> byPurpose).map(createdAt::plus);
    }

    /** Files are dated by their ids, so that a list ordered by id is ordered by date. */
    static Instant toTheSecond(Instant instant) {
        return Instant.ofEpochSecond(instant.getEpochSecond());
    }
}
