package io.backfill.queue;

import io.backfill.ids.BatchId;

/** An event that subscribers may handle before their next poll. */
public sealed interface Wakeup {
    /** A batch can be claimed. */
    record Work() implements Wakeup {}

    /** Cancellation of this batch was recorded in its row. */
    record Cancel(BatchId batch) implements Wakeup {}
}
