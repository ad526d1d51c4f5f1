package io.backfill.queue;

import io.backfill.ids.BatchId;

/** An event that subscribers may handle before their next poll. */
public sealed interface Wakeup {
    /** A batch can be claimed. */
    record Work() implements Wakeup {}

    /** An order for this batch, such as a cancel or a pause, was recorded in its row. */
    record Order(BatchId batch) implements Wakeup {}
}
