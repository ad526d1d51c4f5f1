package io.backfill.queue;

import io.backfill.ids.BatchId;

/** Something that somebody may want to look at sooner than at the next poll. */
public sealed interface Wakeup {
    /** A batch can be claimed. */
    record Work() implements Wakeup {}

    /** The row of this batch says that it is to be cancelled. */
    record Cancel(BatchId batch) implements Wakeup {}
}
