package io.backfill.wiring;

import static io.backfill.ops.BackfillLog.LOG;

import io.backfill.files.StoreOwner;
import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executor;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * Verifies that the store belongs to this catalog. A store that is unavailable at start does not prevent the start, just as
 * it would not end a running node; but nothing is swept until the store's owner has been verified.
 */
final class StoreGuard {
    private static final Duration PATIENCE = Duration.ofSeconds(10);

    private final StoreOwner owner;
    private volatile boolean verified;

    StoreGuard(StoreOwner owner) {
        this.owner = owner;
    }

    /** Whether the store has been verified to belong to this catalog. */
    boolean isVerified() {
        return verified;
    }

    /**
     * Tries to verify the owner, for at most ten seconds.
     *
     * @throws IllegalStateException when the store belongs to another catalog
     */
    void verifyAtStart(Executor threads) {
        FutureTask<Void> asking = new FutureTask<>(() -> {
            owner.verify();
            return null;
        });
        threads.execute(asking);
        try {
            asking.get(PATIENCE.toMillis(), TimeUnit.MILLISECONDS);
            verified = true;
        } catch (ExecutionException e) {
            if (e.getCause() instanceof IllegalStateException foreign) {
                throw foreign;
            }
            unknown(String.valueOf(e.getCause()));
        } catch (TimeoutException e) {
            unknown("no answer within " + PATIENCE.toSeconds() + " s");
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            unknown("interrupted");
        }
    }

    private void unknown(String why) {
        LOG.storeOwnerUnknown(owner.place(), why);
    }

    /**
     * One pass: verifies the owner unless it has been verified already.
     *
     * @throws IllegalStateException when the store belongs to another catalog: sweeps stay off, and the next start will fail
     */
    void verifyOnce() throws IOException {
        if (!verified) {
            owner.verify();
            verified = true;
        }
    }
}
