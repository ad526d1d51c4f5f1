package io.backfill.results;

import io.backfill.plan.PlanEntry;
import java.io.Closeable;
import java.io.IOException;
import java.util.BitSet;

/**
 * SPI: the durable results of one partition, written by one owner. A line is finished when {@link #append} returned. Safe for
 * many threads. Nothing that an earlier epoch wrote is ever changed.
 */
public interface ResultLog extends Closeable {
    /** A copy of the places in the plan whose result is in the log, earlier owners' included. */
    BitSet done();

    /**
     * Adds the result of {@code entry}; blocks until it survives the death of this process. On a file system it survives the
     * death of the machine after the next force, at most a second later.
     *
     * @throws IOException when the store did not take it: nothing of it counts, and appending it again later is right
     * @throws IllegalStateException when this place already has a result, or the log is closed
     */
    void append(PlanEntry entry, ResultLine line) throws IOException;

    /** What is in the log, earlier owners' lines included; never goes back. */
    LogTotals totals();

    /**
     * Records the newest snapshot that is forced, if it is newer than the recorded one. Does not force, so it is quick enough for
     * the chunk thread.
     *
     * @return the sequence of the recorded checkpoint
     */
    long record() throws IOException;

    /** Forces everything appended so far, records it, and returns it. */
    Checkpoint checkpoint() throws IOException;

    /** Forces, records, and lets go. Idempotent. When it throws, the log is closed all the same, and the next owner repairs it. */
    @Override
    void close() throws IOException;
}
