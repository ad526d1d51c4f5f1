package io.backfill.catalog.jpa;

import io.backfill.batches.BatchPause;
import io.backfill.batches.BatchSteering;
import io.backfill.ids.BatchId;
import jakarta.persistence.EntityManager;
import java.util.Arrays;
import java.util.stream.Collectors;

/** Orders about batches as columns of their rows. Each change is a single statement that compares and sets. */
public final class JpaBatchSteering implements BatchSteering {
    private static final String SENDS = "status IN ('VALIDATING', 'IN_PROGRESS')";
    private static final String BY_OWNER = Arrays.stream(BatchPause.Reason.values())
            .filter(BatchPause.Reason::endsByOwner)
            .map(reason -> "'" + reason.name() + "'")
            .collect(Collectors.joining(", ", "(", ")"));

    private final Transactions transactions;

    public JpaBatchSteering(Transactions transactions) {
        this.transactions = transactions;
    }

    @Override
    public Outcome pause(BatchId id, BatchPause.Reason reason) {
        // sets the columns to their own values if the batch is already paused, so that the count of rows says whether
        // it applies
        return transactions.call(manager -> outcome(update(
                manager,
                "paused_reason = CASE WHEN paused_at IS NULL THEN '" + reason.name() + "' ELSE paused_reason END,"
                        + " paused_at = COALESCE(paused_at, " + DatabaseClock.NOW_MILLIS + ")",
                SENDS,
                id)));
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

    private static Outcome outcome(int rows) {
        return rows == 1 ? Outcome.DONE : Outcome.REFUSED;
    }

    private static int update(EntityManager manager, String change, String condition, BatchId id) {
        return manager.createNativeQuery("UPDATE {h-schema}batches SET " + change + " WHERE id = :id AND " + condition)
                .setParameter("id", id.value())
                .executeUpdate();
    }
}
