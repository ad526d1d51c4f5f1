package io.backfill.wiring;

import io.backfill.batches.BatchLeases;
import io.backfill.catalog.jpa.Transactions;
import io.backfill.queue.BatchEvents;
import io.backfill.queue.BatchQueue;
import io.backfill.queue.LocalBatchEvents;
import io.backfill.queue.sql.PostgresNotifications;
import io.backfill.queue.sql.SqlBatchQueue;
import java.time.Duration;
import java.util.List;
import javax.sql.DataSource;

/**
 * What tells a node of work before it looks itself. All of it may be away at any time.
 *
 * @param upkeep passes that it needs
 * @param means for people
 */
record Hints(BatchQueue queue, BatchEvents events, List<Upkeep> upkeep, String means) {
    /** A background pass. */
    record Upkeep(String name, Duration period, VirtualThreads.Work work) {}

    private static final Duration LISTEN_AGAIN = Duration.ofMillis(50);

    static Hints of(
            Profile profile,
            DataSource database,
            Transactions transactions,
            BatchLeases leases,
            VirtualThreads threads,
            TimeAndIds timeAndIds) {
        BatchQueue queue = new SqlBatchQueue(transactions, leases);
        LocalBatchEvents local = new LocalBatchEvents(threads.tasks());
        if (!profile.shared()) {
            return new Hints(queue, local, List.of(), "SQL, in process");
        }
        PostgresNotifications notifications = new PostgresNotifications(
                database, transactions, local, threads.tasks(), timeAndIds.nanoTime());
        return new Hints(
                queue,
                notifications,
                List.of(new Upkeep("notifications", LISTEN_AGAIN, notifications::listenOnce)),
                "SQL, LISTEN/NOTIFY");
    }
}
