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
 * Wake-ups by PostgreSQL's LISTEN and NOTIFY. This node's own listeners hear at once, also while the database is away; other nodes by
 * the database, on one connection kept for it. Behind a pooler that takes connections away nothing is heard, and polling does.
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
    // both belong to the listening thread
    private @Nullable Connection connection;
    private long notBefore;

    /**
     * Nothing is opened yet.
     *
     * @param database gives connections that keep one session each, so not through a pooler; one is kept
     * @param executor sends what is published; no caller waits for the database
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

    /** One pass, for one thread: listens for a few seconds. A connection that fails is opened anew, after a pause. */
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
                // what was said before is lost: look once
                local.publish(new Wakeup.Work());
            }
            PGNotification[] heard = open.unwrap(PGConnection.class).getNotifications(LISTEN_MILLIS);
            if (heard == null || heard.length == 0) {
                if (!open.isValid(ANSWER_SECONDS)) {
                    throw new SQLException("the connection does not answer");
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
                // it is broken
            }
        }
    }

    private static String payload(Wakeup wakeup) {
        return switch (wakeup) {
            case Wakeup.Work work -> WORK;
            case Wakeup.Cancel cancel -> CANCEL + cancel.batch().value();
        };
    }

    private static Optional<Wakeup> wakeup(String payload) {
        if (payload.equals(WORK)) {
            return Optional.of(new Wakeup.Work());
        }
        return payload.startsWith(CANCEL)
                ? BatchId.parse(payload.substring(CANCEL.length())).map(Wakeup.Cancel::new)
                : Optional.empty();
    }
}
