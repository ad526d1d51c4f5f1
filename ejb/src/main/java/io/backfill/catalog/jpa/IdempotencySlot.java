package io.backfill.catalog.jpa;

import io.backfill.batches.IdempotencyKey;
import jakarta.persistence.Column;
import jakarta.persistence.Embeddable;

/** A tenant's idempotency key. */
@Embeddable
record IdempotencySlot(
        @Column(name = "tenant") String tenant,
        @Column(name = "idem_key") String key) {
    static IdempotencySlot of(IdempotencyKey key) {
        return new IdempotencySlot(key.tenant().value(), key.key());
    }
}
