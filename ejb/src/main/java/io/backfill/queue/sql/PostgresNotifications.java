package io.backfill.queue.sql;

import static io.backfill.ops.BackfillLog.LOG;

import io.backfill.catalog.jpa.Transactions;
import io.backfill.errors.BackfillException;
import io.backfill.ids.BatchId;
import io.backfill.queue.BatchEvents;
import io.backfill.queue.LocalBatchEvents;
import io.backfill.queue.Wakeup;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.function.Consumer;
import java.util.function.LongSupplier;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;
import org.postgresql.PGConnection;
import org.postgresql.PGNotification;

/**
 * Wake-ups by PostgreSQL's LISTEN and NOTIFY. Listeners on this node are notified directly, even while the database is
 * unavailable; other nodes are notified through the database, on a connection reserved for it. Behind a pooler that reassigns
 * connections no wake-ups arrive, and nodes rely on polling.
 */
public final class PostgresNotifications implements BatchEvents {
    private static final String CHANNEL = "backfill_wakeups";
    private static final String WORK = "work";
    private static final String CANCEL = "cancel ";
    private static final int LISTEN_MILLIS = 5_000;
    private static final int ANSWER_SECONDS = 5;
    private static final Duration PAUSE = Duration.ofSeconds(2);

    private final DataSource database;
    private final Transactions transactions;
    private final LocalBatchEvents local;
    private final Executor executor;
    private final LongSupplier nanoTime;
    // confined to the listening thread, as is notBefore
    private @Nullable Connection connection;
    private long notBefore;

    /**
     * Does not open a connection yet.
     *
     * @param database provides connections with a session of their own, so not through a pooler; one is kept open
     * @param executor sends published wake-ups, so that no caller waits for the database
     */
    public PostgresNotifications(
            DataSource database,
            Transactions transactions,
            LocalBatchEvents local,
            Executor executor,
            LongSupplier nanoTime) {
        this.database = database;
        this.transactions = transactions;
        this.local = local;
        this.executor = executor;
        this.nanoTime = nanoTime;
        this.notBefore = nanoTime.getAsLong();
    }

    @Override
    public void publish(Wakeup wakeup) {
        local.publish(wakeup);
        try {
            executor.execute(() -> send(payload(wakeup)));
        } catch (RejectedExecutionException shuttingDown) {
            // a lost wake-up is allowed
        }
    }

    private void send(String payload) {
        try {
            transactions.call(manager -> manager.createNativeQuery("SELECT CAST(pg_notify(:channel, :payload) AS TEXT)")
                    .setParameter("channel", CHANNEL)
                    .setParameter("payload", payload)
                    .getResultList());
        } catch (BackfillException away) {
            // a lost wake-up is allowed
        }
    }

    @Override
    public void subscribe(Consumer<Wakeup> listener) {
        local.subscribe(listener);
    }

    /** One pass: listens for a few seconds. A failed connection is reopened after a pause. Not thread-safe. */
    public void listenOnce() {
        if (nanoTime.getAsLong() - notBefore < 0) {
            return;
        }
        try {
            Connection open = connection;
            if (open == null) {
                open = database.getConnection();
                connection = open;
                try (Statement statement = open.createStatement()) {
                    statement.execute("LISTEN " + CHANNEL);
                }
                // earlier notifications are lost, so check for work once
                local.publish(new Wakeup.Work());
            }
            PGNotification[] heard = open.unwrap(PGConnection.class).getNotifications(LISTEN_MILLIS);
            if (heard == null || heard.length == 0) {
                if (!open.isValid(ANSWER_SECONDS)) {
                    throw new SQLException("the connection is not responding");
                }
                return;
            }
            for (PGNotification notification : heard) {
                wakeup(notification.getParameter()).ifPresent(local::publish);
            }
        } catch (SQLException e) {
            LOG.notListening(String.valueOf(e.getMessage()));
            close();
            notBefore = nanoTime.getAsLong() + PAUSE.toNanos();
        }
    }

    private void close() {
        Connection broken = connection;
        connection = null;
        if (broken != null) {
            try {
                broken.close();
            } catch (SQLException e) {
                // the connection is already broken
            }
        }
    }

    private static String payload(Wakeup wakeup) {
        return switch (wakeup) {
            case Wakeup.Work _ -> WORK;
            case Wakeup.Order order -> CANCEL + order.batch().value();
        };
    }

    private static Optional<Wakeup> wakeup(String payload) {
        if (payload.equals(WORK)) {
            return Optional.of(new Wakeup.Work());
        }
        return payload.startsWith(CANCEL)
                ? BatchId.parse(payload.substring(CANCEL.length())).map(Wakeup.Order::new)
                : Optional.empty();
    }
}
