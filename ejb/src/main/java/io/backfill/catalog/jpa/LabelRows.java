package io.backfill.catalog.jpa;

import io.backfill.batches.Batch;
import io.backfill.batches.BatchStatus;
import io.backfill.ids.BatchId;
import jakarta.persistence.EntityManager;
import java.util.Collection;
import java.util.List;

/** Statements that maintain {@code batch_labels}, each executed in the transaction that changes the row of the batch. */
final class LabelRows {
    static final String INSERT =
            "INSERT INTO {h-schema}batch_labels (id, label, tenant, status) VALUES (:id, :label, :tenant, :status)";

    private LabelRows() {}

    /** Adds the rows of a new batch. */
    static void insert(EntityManager manager, Batch batch) {
        insert(manager, batch, BatchLabels.ofMetadata(batch.spec().metadata()));
        batch.state()
                .model()
                .ifPresent(model -> insert(
                        manager, batch, BatchLabels.ofModel(model, batch.spec().metadata())));
    }

    /** Makes the rows follow a change of the batch. */
    static void replace(EntityManager manager, Batch before, Batch after) {
        if (before.status() != after.status()) {
            setStatus(manager, after.id(), after.status());
        }
        insert(manager, after, BatchLabels.added(before, after));
    }

    /** Replaces the rows of a batch whose metadata was replaced. */
    static void renew(EntityManager manager, Batch changed) {
        manager.createNativeQuery("DELETE FROM {h-schema}batch_labels WHERE id = :id")
                .setParameter("id", changed.id().value())
                .executeUpdate();
        insert(manager, changed);
    }

    private static void setStatus(EntityManager manager, BatchId id, BatchStatus status) {
        manager.createNativeQuery("UPDATE {h-schema}batch_labels SET status = :status WHERE id = :id")
                .setParameter("status", status.name())
                .setParameter("id", id.value())
                .executeUpdate();
    }

    private static void insert(EntityManager manager, Batch batch, List<String> labels) {
        for (String label : labels) {
            manager.createNativeQuery(INSERT)
                    .setParameter("id", batch.id().value())
                    .setParameter("label", label)
                    .setParameter("tenant", batch.tenant().value())
                    .setParameter("status", batch.status().name())
                    .executeUpdate();
        }
    }

    /** Removes the rows of those of the batches that have ended. */
    static void removeEnded(EntityManager manager, Collection<String> ids) {
        manager.createNativeQuery("DELETE FROM {h-schema}batch_labels WHERE id IN"
                        + " (SELECT b.id FROM {h-schema}batches b WHERE b.id IN (:ids) AND NOT b."
                        + DatabaseClock.RUNNING + ")")
                .setParameter("ids", ids)
                .executeUpdate();
    }
}
