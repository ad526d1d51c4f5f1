package io.backfill.catalog.jpa;

import io.backfill.files.FilePurpose;
import io.backfill.files.StoredFile;
import io.backfill.ids.FileId;
import io.backfill.tenants.TenantId;
import jakarta.persistence.Column;
import jakarta.persistence.Entity;
import jakarta.persistence.EnumType;
import jakarta.persistence.Enumerated;
import jakarta.persistence.Id;
import jakarta.persistence.Table;
import org.jspecify.annotations.Nullable;

/** The row of a file. */
@Entity
@Table(name = "files")
class FileEntity {
    /** {@code visible_until} of a deleted file: before any time. */
    static final long DELETED = 0;

    private static final long KEPT = Long.MAX_VALUE;

    @Id
    private String id = "";

    @Column(updatable = false)
    private String tenant = "";

    private String filename = "";

    @Enumerated(EnumType.STRING)
    private FilePurpose purpose = FilePurpose.BATCH;

    private long bytes;

    @Column(name = "created_at")
    private long createdAt;

    @Column(name = "expires_at")
    private @Nullable Long expiresAt;

    @Column(name = "visible_until")
    private long visibleUntil;

    protected FileEntity() {}

    static FileEntity of(StoredFile file) {
        FileEntity entity = new FileEntity();
        entity.id = file.id().value();
        entity.tenant = file.tenant().value();
        entity.visibleUntil = KEPT;
        entity.replaceBy(file);
        return entity;
    }

    /** Replaces the columns by those of {@code file}. A deleted file stays deleted. */
    final void replaceBy(StoredFile file) {
        if (!tenant.equals(file.tenant().value())) {
            throw new IllegalStateException("file " + id + " belongs to another tenant");
        }
        filename = StorableText.of(file.filename());
        purpose = file.purpose();
        bytes = file.bytes();
        createdAt = file.createdAt().toEpochMilli();
        expiresAt = InstantColumn.write(file.expiresAt());
        if (visibleUntil != DELETED) {
            visibleUntil = expiresAt == null ? KEPT : expiresAt;
        }
    }

    long bytes() {
        return bytes;
    }

    String tenant() {
        return tenant;
    }

    StoredFile toFile() {
        return new StoredFile(
                new FileId(id),
                new TenantId(tenant),
                filename,
                purpose,
                bytes,
                InstantColumn.read(createdAt),
                InstantColumn.readOptional(expiresAt));
    }
}
