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
 * Whether the store is this catalog's. A store that is away at the start does not refuse it, as it would not refuse a request later;
 * but nothing is swept before it said whose it is.
 */
final class StoreGuard {
    private static final Duration PATIENCE = Duration.ofSeconds(10);

    private final StoreOwner owner;
    private volatile boolean verified;

    StoreGuard(StoreOwner owner) {
        this.owner = owner;
    }

    /** Whether the store has said that it is this catalog's. */
    boolean isVerified() {
        return verified;
    }

    /**
     * Asks, for ten seconds at most.
     *
     * @throws IllegalStateException when the store is another catalog's
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
     * One pass: asks again until the store answered.
     *
     * @throws IllegalStateException when it is another catalog's: sweeps stay off, and the next start will be refused
     */
    void verifyOnce() throws IOException {
        if (!verified) {
            owner.verify();
            verified = true;
        }
    }
}
