package io.backfill.catalog.jpa;

import io.backfill.batches.Batch;
import io.backfill.ids.FileId;
import jakarta.persistence.EmbeddedId;
import jakarta.persistence.Entity;
import jakarta.persistence.EntityManager;
import jakarta.persistence.Table;

/** The row of a file that a rerun reads besides its input. It is removed with the batch. */
@Entity
@Table(name = "batch_sources")
class SourceEntity {
    @EmbeddedId
    private SourceSlot slot = new SourceSlot("", "");

    protected SourceEntity() {}

    private SourceEntity(SourceSlot slot) {
        this.slot = slot;
    }

    static void insert(EntityManager manager, Batch batch) {
        batch.identity().rerun().ifPresent(rerun -> {
            for (FileId file : rerun.sources()) {
                manager.persist(new SourceEntity(new SourceSlot(batch.id().value(), file.value())));
            }
        });
    }
}
