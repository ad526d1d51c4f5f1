package io.backfill.catalog.jpa;

import io.backfill.errors.BackfillException;
import io.backfill.errors.ErrorCode;
import jakarta.persistence.EntityManager;
import jakarta.persistence.EntityManagerFactory;
import jakarta.persistence.EntityTransaction;
import jakarta.persistence.PersistenceException;
import java.util.function.Consumer;
import java.util.function.Function;

/**
 * Runs short transactions, each on an entity manager and connection of its own that are always given back. A transaction that
 * lost a race (unique key, dead-lock, lock time-out) left nothing and is run again: it then sees what the winner wrote. A
 * database that is away shows as {@code UNAVAILABLE}; whether the last commit happened is unknown then.
 */
public final class Transactions {
    /** Losing this often in a row is no race any more: a row locked for long, or an id inserted twice. */
    private static final int MAX_RUNS = 8;

    private final EntityManagerFactory factory;

    public Transactions(EntityManagerFactory factory) {
        this.factory = factory;
    }

    /**
     * The result of {@code work}, committed. An exception thrown by {@code work} rolls back and comes through unchanged.
     *
     * @throws BackfillException {@code UNAVAILABLE} when the database does not answer
     */
    public <T> T call(Function<EntityManager, T> work) {
        for (int run = 1; ; run++) {
            try {
                return once(work);
            } catch (PersistenceException e) {
                switch (DatabaseFailure.of(e)) {
                    case UNAVAILABLE -> throw unavailable(e);
                    case LOST_RACE -> {
                        if (run == MAX_RUNS) {
                            throw unavailable(e);
                        }
                    }
                    case DUPLICATE_KEY -> {
                        if (run == MAX_RUNS) {
                            throw e;
                        }
                    }
                    case BUG -> throw e;
                }
            }
        }
    }

    /** As {@link #call}, without a result. */
    public void run(Consumer<EntityManager> work) {
        call(manager -> {
            work.accept(manager);
            return true;
        });
    }

    private <T> T once(Function<EntityManager, T> work) {
        try (EntityManager manager = factory.createEntityManager()) {
            EntityTransaction transaction = begin(manager);
            try {
                T result = work.apply(manager);
                transaction.commit();
                return result;
            } finally {
                rollBackUnlessEnded(transaction);
            }
        }
    }

    /** Takes the connection; nothing but an absent database or an empty pool can fail here. */
    private static EntityTransaction begin(EntityManager manager) {
        try {
            EntityTransaction transaction = manager.getTransaction();
            transaction.begin();
            return transaction;
        } catch (PersistenceException e) {
            throw unavailable(e);
        }
    }

    private static void rollBackUnlessEnded(EntityTransaction transaction) {
        try {
            if (transaction.isActive()) {
                transaction.rollback();
            }
        } catch (PersistenceException connectionGone) {
            // the database rolls back by itself, and the exception on its way says why
        }
    }

    private static BackfillException unavailable(Throwable cause) {
        return new BackfillException(
                ErrorCode.UNAVAILABLE, "The engine is currently overloaded, please try again later.", cause);
    }
}
