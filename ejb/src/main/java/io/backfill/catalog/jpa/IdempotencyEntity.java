package io.backfill.catalog.jpa;

import io.backfill.batches.Batch;
import io.backfill.batches.IdempotencyKey;
import jakarta.persistence.Column;
import jakarta.persistence.EmbeddedId;
import jakarta.persistence.Entity;
import jakarta.persistence.Table;
import java.time.Instant;

/** The row of an idempotency key: the batch it created and the fingerprint of the request. */
@Entity
@Table(name = "idempotency_keys")
class IdempotencyEntity {
    @EmbeddedId
    private IdempotencySlot slot = new IdempotencySlot("", "");

    private String fingerprint = "";

    @Column(name = "batch_id")
    private String batchId = "";

    @Column(name = "created_at")
    private long createdAt;

    protected IdempotencyEntity() {}

    static IdempotencyEntity of(IdempotencyKey key, Batch batch) {
        IdempotencyEntity entity = new IdempotencyEntity();
        entity.slot = IdempotencySlot.of(key);
        entity.use(key, batch);
        return entity;
    }

    /** Assigns the key to this request. */
    final void use(IdempotencyKey key, Batch batch) {
        fingerprint = key.fingerprint();
        batchId = batch.id().value();
        createdAt = batch.identity().createdAt().toEpochMilli();
    }

    boolean rememberedAt(Instant now) {
        return now.isBefore(InstantColumn.read(createdAt).plus(IdempotencyKey.REMEMBERED));
    }

    boolean sameRequest(IdempotencyKey key) {
        return fingerprint.equals(key.fingerprint());
    }

    String batchId() {
        return batchId;
    }
}
