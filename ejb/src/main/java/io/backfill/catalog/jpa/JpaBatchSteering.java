package io.backfill.catalog.jpa;

import io.backfill.batches.Batch;
import io.backfill.batches.BatchPause;
import io.backfill.batches.BatchSteering;
import io.backfill.batches.Steering;
import io.backfill.batches.SteeringChange;
import io.backfill.ids.BatchId;
import jakarta.persistence.EntityManager;
import jakarta.persistence.LockModeType;
import java.util.Arrays;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;

/** Orders about batches as columns of their rows. Each change is a single statement that compares and sets. */
public final class JpaBatchSteering implements BatchSteering {
    private static final String SENDS = "status IN ('VALIDATING', 'IN_PROGRESS')";
    private static final String BY_OWNER = Arrays.stream(BatchPause.Reason.values())
            .filter(BatchPause.Reason::endsByOwner)
            .map(reason -> "'" + reason.name() + "'")
            .collect(Collectors.joining(", ", "(", ")"));

    private final Transactions transactions;
    private final OutboxRows outbox;

    public JpaBatchSteering(Transactions transactions, OutboxRows outbox) {
        this.transactions = transactions;
        this.outbox = outbox;
    }

    @Override
    public Outcome pause(BatchId id, BatchPause.Reason reason) {
        return transactions.call(manager -> {
            boolean paused = pause(manager, id, reason, SENDS);
            // a batch that is already paused keeps its reason; the count of rows says whether there is one
            return paused
                    ? Outcome.DONE
                    : outcome(update(manager, "paused_at = paused_at", SENDS + " AND paused_at IS NOT NULL", id));
        });
    }

    private boolean pause(EntityManager manager, BatchId id, BatchPause.Reason reason, String condition) {
        boolean paused = update(
                        manager,
                        "paused_at = " + DatabaseClock.NOW_MILLIS + ", paused_reason = '" + reason.name() + "'",
                        condition + " AND paused_at IS NULL",
                        id)
                == 1;
        if (paused) {
            outbox.paused(manager, manager.find(BatchEntity.class, id.value()).toBatch());
        }
        return paused;
    }

    @Override
    public Outcome endPause(BatchId id) {
        return transactions.call(manager -> {
            Outcome outcome = outcome(update(
                    manager,
                    "paused_at = NULL, paused_reason = NULL",
                    DatabaseClock.RUNNING + " AND (paused_at IS NULL OR paused_reason IN " + BY_OWNER + ")",
                    id));
            QueueRows.resumed(manager, id);
            return outcome;
        });
    }

    @Override
    public boolean pauseSpent(BatchId id, long epoch, long tokens) {
        return transactions.call(manager -> pause(
                manager,
                id,
                BatchPause.Reason.BUDGET,
                SENDS + " AND epoch = " + epoch + " AND token_budget <= " + tokens));
    }

    @Override
    public Outcome steer(BatchId id, SteeringChange change, Optional<Map<String, String>> metadata) {
        return transactions.call(manager -> {
            BatchEntity row = manager.find(BatchEntity.class, id.value(), LockModeType.PESSIMISTIC_WRITE);
            if (row == null) {
                return Outcome.REFUSED;
            }
            Batch batch = row.toBatch();
            if (!change.isNone() && batch.status().terminal()) {
                return Outcome.REFUSED;
            }
            write(manager, id, change.of(batch.steering()), metadata);
            metadata.ifPresent(sent -> LabelRows.renew(manager, batch.withMetadata(sent)));
            QueueRows.ranked(manager, id);
            return Outcome.DONE;
        });
    }

    private static void write(
            EntityManager manager, BatchId id, Steering steering, Optional<Map<String, String>> metadata) {
        SteeringColumns columns = SteeringColumns.of(steering);
        manager.createQuery("update BatchEntity b set b.steering = :steering where b.id = :id")
                .setParameter("steering", columns)
                .setParameter("id", id.value())
                .executeUpdate();
        metadata.ifPresent(
                sent -> manager.createNativeQuery("UPDATE {h-schema}batches SET metadata = :metadata WHERE id = :id")
                        .setParameter("metadata", JsonColumns.ofMetadata(sent))
                        .setParameter("id", id.value())
                        .executeUpdate());
    }

    private static Outcome outcome(int rows) {
        return rows == 1 ? Outcome.DONE : Outcome.REFUSED;
    }

    private static int update(EntityManager manager, String change, String condition, BatchId id) {
        return manager.createNativeQuery("UPDATE {h-schema}batches SET " + change + " WHERE id = :id AND " + condition)
                .setParameter("id", id.value())
                .executeUpdate();
    }
}
