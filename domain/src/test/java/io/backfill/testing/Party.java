package io.backfill.testing;

import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/**
 * Stages a race: a number of threads arrive and wait, the test waits until all of them have arrived, and then releases them at
 * once. Every wait ends after half a minute with an {@link AssertionError}.
 */
public final class Party {
    private static final long PATIENCE_SECONDS = 30;

    private final CountDownLatch arrived;
    private final CountDownLatch over = new CountDownLatch(1);

    public Party(int guests) {
        arrived = new CountDownLatch(guests);
    }

    /** Registers the calling thread as a guest, and blocks until the party is disbanded. */
    public void attend() {
        arrived.countDown();
        await(over, "the party was never over");
    }

    /** Waits until every guest has arrived. */
    public Party awaitGuests() {
        await(arrived, "guests did not come: " + arrived.getCount());
        return this;
    }

    /** Releases all guests, including those that arrive later. */
    public void disband() {
        over.countDown();
    }

    private static void await(CountDownLatch latch, String otherwise) {
        try {
            if (!latch.await(PATIENCE_SECONDS, TimeUnit.SECONDS)) {
                throw new AssertionError(otherwise);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new AssertionError("interrupted at a party", e);
        }
    }
}
