package io.backfill.catalog.jpa;

import io.backfill.batches.Batch;
import io.backfill.batches.Forecast;
import io.backfill.ids.BatchId;
import jakarta.persistence.EntityManager;
import jakarta.persistence.Query;

/**
 * Statements that update the row of a batch. Each one compares and sets in a single statement, so that no lock is held
 * between the two.
 */
final class BatchStatements {
    /** Raises each counter to its parameter unless it is already higher. */
    private static final String RAISE_COUNTERS = " b.counters.total = greatest(b.counters.total, :total),"
            + " b.counters.completed = greatest(b.counters.completed, :completed),"
            + " b.counters.failed = greatest(b.counters.failed, :failed),"
            + " b.counters.usageKnown = case when :usageKnown = true then true else b.counters.usageKnown end,"
            + " b.counters.inputTokens = greatest(b.counters.inputTokens, :inputTokens),"
            + " b.counters.cachedTokens = greatest(b.counters.cachedTokens, :cachedTokens),"
            + " b.counters.outputTokens = greatest(b.counters.outputTokens, :outputTokens),"
            + " b.counters.reasoningTokens = greatest(b.counters.reasoningTokens, :reasoningTokens),"
            + " b.counters.totalTokens = greatest(b.counters.totalTokens, :totalTokens)";

    private static final String SET_COUNTERS = " b.counters = :counters";

    private BatchStatements() {}

    /**
     * Replaces {@code before} by {@code after} if version and epoch of the row are still those of {@code before}. A terminal
     * status sets the counters exactly; any other status only raises them.
     */
    static boolean replace(EntityManager manager, Batch before, Batch after) {
        boolean terminal = after.status().terminal();
        CounterColumns counters = CounterColumns.of(after.counts(), after.usage());
        Query update = manager.createQuery("update BatchEntity b set b.version = :next, b.state = :state,"
                        + (terminal ? SET_COUNTERS : RAISE_COUNTERS)
                        + " where b.id = :id and b.version = :version and b.lease.epoch = :epoch")
                .setParameter("next", after.version())
                .setParameter("state", BatchStateColumns.of(after.state()))
                .setParameter("id", before.id().value())
                .setParameter("version", before.version())
                .setParameter("epoch", before.lease().epoch());
        if (terminal) {
            update.setParameter("counters", counters);
        } else {
            counters.bindTo(update);
        }
        return update.executeUpdate() == 1;
    }

    /** Raises the counters of a batch that has not ended. Returns false when the batch has ended or has another epoch. */
    static boolean raiseCounters(EntityManager manager, BatchId id, long epoch, CounterColumns counters) {
        Query update = manager.createQuery("update BatchEntity b set" + RAISE_COUNTERS
                        + " where b.id = :id and b.lease.epoch = :epoch and b.state.status in :running")
                .setParameter("id", id.value())
                .setParameter("epoch", epoch)
                .setParameter("running", RunningStatus.VALUES);
        counters.bindTo(update);
        return update.executeUpdate() == 1;
    }

    /**
     * Replaces the forecast of a batch that has not ended; keeps the prefix bound if the new forecast has none. Returns false
     * when the batch has ended or has another epoch.
     */
    static boolean setForecast(EntityManager manager, BatchId id, long epoch, Forecast forecast) {
        boolean bound = forecast.prefixBound().isPresent();
        Query update = manager.createQuery("update BatchEntity b set b.forecast.atRisk = :atRisk,"
                        + " b.forecast.expectedEnd = :expectedEnd"
                        + (bound ? ", b.forecast.prefixBound = :prefixBound" : "")
                        + " where b.id = :id and b.lease.epoch = :epoch and b.state.status in :running")
                .setParameter("running", RunningStatus.VALUES)
                .setParameter("atRisk", forecast.atRisk())
                .setParameter("expectedEnd", InstantColumn.write(forecast.expectedEnd()))
                .setParameter("id", id.value())
                .setParameter("epoch", epoch);
        if (bound) {
            update.setParameter("prefixBound", forecast.prefixBound().getAsDouble());
        }
        return update.executeUpdate() == 1;
    }

    static boolean hasEpoch(EntityManager manager, BatchId id, long epoch) {
        return manager.createQuery(
                                "select count(b.id) from BatchEntity b where b.id = :id and b.lease.epoch = :epoch",
                                Long.class)
                        .setParameter("id", id.value())
                        .setParameter("epoch", epoch)
                        .getSingleResult()
                == 1;
    }
}
