package io.backfill.catalog.jpa;

import io.backfill.files.FilePurpose;
import io.backfill.files.PartTotals;
import io.backfill.files.PartVerdict;
import io.backfill.files.Upload;
import io.backfill.files.UploadPart;
import io.backfill.ids.FileId;
import io.backfill.ids.UploadId;
import io.backfill.tenants.TenantId;
import jakarta.persistence.Column;
import jakarta.persistence.Entity;
import jakarta.persistence.EnumType;
import jakarta.persistence.Enumerated;
import jakarta.persistence.Id;
import jakarta.persistence.Table;
import java.time.Duration;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** The row of a resumable upload. */
@Entity
@Table(name = "uploads")
class UploadEntity {
    @Id
    private String id = "";

    @Column(updatable = false)
    private String tenant = "";

    @Column(updatable = false)
    private String filename = "";

    @Enumerated(EnumType.STRING)
    @Column(updatable = false)
    private FilePurpose purpose = FilePurpose.BATCH;

    @Column(name = "mime_type", updatable = false)
    private String mimeType = "";

    @Column(updatable = false)
    private long bytes;

    @Column(name = "file_expires_after", updatable = false)
    private @Nullable Long fileExpiresAfterSeconds;

    @Column(name = "created_at", updatable = false)
    private long createdAt;

    @Enumerated(EnumType.STRING)
    private Upload.State state = Upload.State.PENDING;

    @Column(name = "file_id")
    private @Nullable String fileId;

    private boolean swept;

    @Column(name = "part_count")
    private int partCount;

    @Column(name = "part_bytes")
    private long partBytes;

    protected UploadEntity() {}

    static UploadEntity of(Upload upload) {
        UploadEntity entity = new UploadEntity();
        entity.id = upload.id().value();
        entity.tenant = upload.tenant().value();
        entity.filename = StorableText.of(upload.filename());
        entity.purpose = upload.purpose();
        entity.mimeType = StorableText.of(upload.mimeType());
        entity.bytes = upload.bytes();
        entity.fileExpiresAfterSeconds =
                upload.fileExpiresAfter().map(Duration::toSeconds).orElse(null);
        entity.createdAt = upload.createdAt().toEpochMilli();
        entity.state = upload.state();
        entity.fileId = upload.file().map(FileId::value).orElse(null);
        return entity;
    }

    String id() {
        return id;
    }

    String tenant() {
        return tenant;
    }

    /** Whether parts can still be added and the upload can be completed or cancelled. */
    boolean pending() {
        return state == Upload.State.PENDING && !swept;
    }

    void complete(FileId file) {
        state = Upload.State.COMPLETED;
        fileId = file.value();
    }

    void cancel() {
        state = Upload.State.CANCELLED;
    }

    FileId reserve(FileId proposed) {
        if (fileId == null) {
            fileId = proposed.value();
        }
        return new FileId(fileId);
    }

    PartTotals totals() {
        return new PartTotals(partCount, partBytes);
    }

    /** Counts the part if the upload admits it. */
    PartVerdict admit(UploadPart part, int maxParts) {
        if (!pending()) {
            return PartVerdict.NOT_PENDING;
        }
        PartVerdict verdict = totals().admits(part.bytes(), bytes, maxParts);
        if (verdict == PartVerdict.ADDED) {
            partCount++;
            partBytes += part.bytes();
        }
        return verdict;
    }

    boolean ended() {
        return state != Upload.State.PENDING;
    }

    void markSwept() {
        swept = true;
        partCount = 0;
        partBytes = 0;
    }

    Upload toUpload() {
        // before completion, the file id is only reserved
        Optional<FileId> file =
                state == Upload.State.COMPLETED ? Optional.ofNullable(fileId).map(FileId::new) : Optional.empty();
        return new Upload(
                new UploadId(id),
                new TenantId(tenant),
                filename,
                purpose,
                mimeType,
                bytes,
                Optional.ofNullable(fileExpiresAfterSeconds).map(Duration::ofSeconds),
                InstantColumn.read(createdAt),
                state,
                file);
    }
}
