package io.backfill.catalog.jpa;

import io.backfill.files.UploadPart;
import io.backfill.ids.PartId;
import io.backfill.ids.UploadId;
import jakarta.persistence.Column;
import jakarta.persistence.Entity;
import jakarta.persistence.Id;
import jakarta.persistence.Table;

/** The row of one part of an upload. */
@Entity
@Table(name = "upload_parts")
class UploadPartEntity {
    @Id
    private String id = "";

    private String tenant = "";

    @Column(name = "upload_id")
    private String uploadId = "";

    private long bytes;

    @Column(name = "created_at")
    private long createdAt;

    protected UploadPartEntity() {}

    static UploadPartEntity of(String tenant, UploadPart part) {
        UploadPartEntity entity = new UploadPartEntity();
        entity.id = part.id().value();
        entity.tenant = tenant;
        entity.uploadId = part.upload().value();
        entity.bytes = part.bytes();
        entity.createdAt = part.createdAt().toEpochMilli();
        return entity;
    }

    UploadPart toPart() {
        return new UploadPart(new PartId(id), new UploadId(uploadId), bytes, InstantColumn.read(createdAt));
    }
}
