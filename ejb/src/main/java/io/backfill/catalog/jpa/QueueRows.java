package io.backfill.catalog.jpa;

import io.backfill.batches.Batch;
import io.backfill.batches.Handback;
import io.backfill.batches.ModelWork;
import io.backfill.batches.Priority;
import io.backfill.ids.BatchId;
import jakarta.persistence.EntityManager;
import java.time.Duration;
import java.util.List;

/** Statements that maintain {@code batch_models}, each executed in the transaction that changes the row of the batch. */
final class QueueRows {
    /** Input files of at least this size are planned after the smaller ones of their tenant. */
    private static final long LARGE = 16L << 20;

    private static final String COLUMNS =
            "{h-schema}batch_models (batch_id, model, tenant, waiting, retry_at, size_class,"
                    + " deadline, lines_left, cost_left, failures)";

    /**
     * Part of {@code size_class} that comes from the priority of a row of {@code batches b}. It is even, so that the size of the
     * input adds 1 to it; rows that an earlier release writes have the normal priority.
     */
    private static final String RANK = "CASE b.priority WHEN 'HIGH' THEN -2 WHEN 'LOW' THEN 2 ELSE 0 END";

    private QueueRows() {}

    /** Returns the priority that a value of {@code size_class} contains. */
    static Priority priority(int sizeClass) {
        return Priority.values()[Math.floorDiv(sizeClass, 2) + 1];
    }

    /** Orders the batch anew by its priority. */
    static void ranked(EntityManager manager, BatchId id) {
        manager.createNativeQuery("UPDATE {h-schema}batch_models SET size_class = MOD(size_class + 2, 2) + (SELECT "
                        + RANK + " FROM {h-schema}batches b WHERE b.id = :id) WHERE batch_id = :id")
                .setParameter("id", id.value())
                .executeUpdate();
    }

    /** Adds a new batch, which waits to be planned. */
    static void insert(EntityManager manager, Batch batch) {
        manager.createNativeQuery("INSERT INTO " + COLUMNS + " VALUES (:id, '', :tenant, TRUE, 0,"
                        + " COALESCE((SELECT CASE WHEN bytes >= " + LARGE
                        + " THEN 1 ELSE 0 END FROM {h-schema}files WHERE id = :input), 0) + :rank, :deadline, 0, 0, 0)")
                .setParameter("rank", 2 * (batch.steering().priority().ordinal() - 1))
                .setParameter("id", batch.id().value())
                .setParameter("tenant", batch.tenant().value())
                .setParameter(
                        "input",
                        batch.spec().inputFileId().map(Object::toString).orElse(""))
                .setParameter("deadline", batch.deadline().toEpochMilli())
                .executeUpdate();
    }

    /** Marks the batch as claimed by a node. */
    static void claimed(EntityManager manager, BatchId id) {
        manager.createNativeQuery("UPDATE {h-schema}batch_models SET waiting = FALSE WHERE batch_id = :id")
                .setParameter("id", id.value())
                .executeUpdate();
    }

    /**
     * Called when a batch could not be claimed: removes rows that wrongly list it as claimable, which would otherwise be
     * found again and again.
     */
    static void refused(EntityManager manager, BatchId id) {
        manager.createNativeQuery("UPDATE {h-schema}batch_models SET waiting = FALSE WHERE batch_id = :id"
                        + " AND waiting = TRUE AND EXISTS (SELECT 1 FROM {h-schema}batches b WHERE b.id = :id"
                        + " AND (b.lease_until > " + DatabaseClock.NOW_MILLIS + " OR NOT " + DatabaseClock.ORDINARY
                        + "))")
                .setParameter("id", id.value())
                .executeUpdate();
        manager.createNativeQuery("DELETE FROM {h-schema}batch_models WHERE batch_id = :id AND NOT EXISTS"
                        + " (SELECT 1 FROM {h-schema}batches b WHERE b.id = :id AND b." + DatabaseClock.RUNNING + ")")
                .setParameter("id", id.value())
                .executeUpdate();
    }

    /** Removes the rows of a batch that has ended. */
    static int remove(EntityManager manager, BatchId id) {
        return manager.createNativeQuery("DELETE FROM {h-schema}batch_models WHERE batch_id = :id")
                .setParameter("id", id.value())
                .executeUpdate();
    }

    /** Replaces the rows of a batch whose lease was released. Returns the length of its pause. */
    static Duration handBack(EntityManager manager, BatchId id, Handback how) {
        int before = ((Number) manager.createNativeQuery(
                                "SELECT COALESCE(MAX(failures), 0) FROM {h-schema}batch_models WHERE batch_id = :id")
                        .setParameter("id", id.value())
                        .getSingleResult())
                .intValue();
        remove(manager, id);
        int failures = how.failures(before);
        Duration pause = Handback.pause(failures);
        boolean kept = how.turn() == Handback.Turn.KEPT;
        if (how.left().isEmpty()) {
            insert(manager, id, "", 0, 0, kept, pause, failures);
        }
        for (ModelWork work : how.left()) {
            insert(manager, id, StorableText.of(work.model()), work.lines(), work.cost(), kept, pause, failures);
        }
        return pause;
    }

    private static void insert(
            EntityManager manager,
            BatchId id,
            String model,
            int lines,
            long cost,
            boolean kept,
            Duration pause,
            int failures) {
        String retryAt = kept ? "0" : DatabaseClock.NOW_MILLIS + " + " + pause.toMillis();
        manager.createNativeQuery(
                        "INSERT INTO " + COLUMNS + " SELECT id, CAST(:model AS VARCHAR(256)), tenant, TRUE, " + retryAt
                                + ", " + RANK
                                + ", deadline, CAST(:lines AS INTEGER), CAST(:cost AS BIGINT), CAST(:failures AS INTEGER) FROM {h-schema}batches b WHERE id = :id AND "
                                + DatabaseClock.RUNNING)
                .setParameter("model", model)
                .setParameter("lines", lines)
                .setParameter("cost", cost)
                .setParameter("failures", failures)
                .setParameter("id", id.value())
                .executeUpdate();
    }

    /** Marks the batch as waiting again. */
    static void resumed(EntityManager manager, BatchId id) {
        manager.createNativeQuery(
                        "UPDATE {h-schema}batch_models SET waiting = TRUE WHERE batch_id = :id AND waiting = FALSE"
                                + " AND EXISTS (SELECT 1 FROM {h-schema}batches b WHERE b.id = :id AND b.lease_until = 0)")
                .setParameter("id", id.value())
                .executeUpdate();
    }

    /**
     * Queues the batch as one of which nothing is known, so that it is claimed whatever the state of its models. Does nothing
     * while a node holds it.
     */
    static void lookedAtNext(EntityManager manager, BatchId id) {
        List<?> unheld = manager.createNativeQuery(
                        "SELECT id FROM {h-schema}batches WHERE id = :id AND lease_until = 0")
                .setParameter("id", id.value())
                .getResultList();
        if (!unheld.isEmpty()) {
            handBack(manager, id, Handback.UNKNOWN);
        }
    }

    /** Marks all batches held by owners with this prefix as waiting again. */
    static void releasedAllOf(EntityManager manager, String prefix) {
        manager.createNativeQuery(
                        "UPDATE {h-schema}batch_models SET waiting = TRUE WHERE waiting = FALSE AND batch_id IN"
                                + " (SELECT id FROM {h-schema}batches WHERE lease_owner <> ''"
                                + " AND SUBSTRING(lease_owner FROM 1 FOR :length) = :prefix)")
                .setParameter("length", prefix.length())
                .setParameter("prefix", prefix)
                .executeUpdate();
    }

    /** See {@link io.backfill.batches.WaitingBatches#repair}. */
    static int repair(EntityManager manager) {
        List<String> statements = List.of(
                "DELETE FROM {h-schema}batch_models WHERE NOT EXISTS (SELECT 1 FROM {h-schema}batches b"
                        + " WHERE b.id = batch_id AND b." + DatabaseClock.RUNNING + ")",
                "INSERT INTO " + COLUMNS + " SELECT b.id, '', b.tenant, b.lease_until = 0, 0, " + RANK
                        + ", b.deadline, 0, 0, 0"
                        + " FROM {h-schema}batches b WHERE b." + DatabaseClock.RUNNING
                        + " AND NOT EXISTS (SELECT 1 FROM {h-schema}batch_models m WHERE m.batch_id = b.id)",
                "UPDATE {h-schema}batch_models SET waiting = TRUE WHERE waiting = FALSE AND EXISTS"
                        + " (SELECT 1 FROM {h-schema}batches b WHERE b.id = batch_id AND b.lease_until = 0 AND "
                        + DatabaseClock.ORDINARY + ")");
        return statements.stream()
                .mapToInt(sql -> manager.createNativeQuery(sql).executeUpdate())
                .sum();
    }
}
