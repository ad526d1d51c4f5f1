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
 * Runs short transactions, each on its own entity manager and connection, which are always released. A transaction that lost
 * a race (unique key, deadlock, lock time-out) is rolled back and runs again; it then sees what the winner wrote. A database
 * that is not available results in {@code UNAVAILABLE}; whether the last commit took effect is then unknown.
 */
public final class Transactions {
    /**
     * A transaction that fails this often in a row has not lost a race: a row is locked for long, or an id was inserted
     * twice.
     */
    private static final int MAX_RUNS = 8;

    private final EntityManagerFactory factory;

    public Transactions(EntityManagerFactory factory) {
        this.factory = factory;
    }

    /**
     * Runs {@code work}, commits and returns its result. An exception thrown by {@code work} rolls back and is rethrown
     * unchanged.
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

    /**
     * Begins a transaction and acquires a connection, which fails only when the database is not available or the pool is
     * exhausted.
     */
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
            // the database rolls back by itself, and the exception being thrown reports the cause
        }
    }

    private static BackfillException unavailable(Throwable cause) {
        return new BackfillException(
                ErrorCode.UNAVAILABLE, "The engine is currently overloaded, please try again later.", cause);
    }
}
