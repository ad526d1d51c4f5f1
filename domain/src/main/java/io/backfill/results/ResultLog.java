package io.backfill.results;

import io.backfill.plan.PlanEntry;
import java.io.Closeable;
import java.io.IOException;
import java.util.BitSet;

/**
 * SPI for the durable results of one partition, written by one owner. A line is finished when {@link #append} has returned.
 * Thread-safe. Data written under earlier epochs is never changed.
 */
public interface ResultLog extends Closeable {
    /** Returns a copy of the positions in the plan whose result is in the log, including those of earlier owners. */
    BitSet done();

    /**
     * Adds the result of {@code entry} and blocks until it survives a crash of this process. On a file system it survives a crash
     * of the machine after the next force, at most a second later.
     *
     * @throws IOException if the store did not accept the line: no part of it counts, and the append can be retried
     * @throws IllegalStateException if this position already has a result or the log is closed
     */
    void append(PlanEntry entry, ResultLine line) throws IOException;

    /** Returns the totals of the log, including lines of earlier owners. They never decrease. */
    LogTotals totals();

    /**
     * Records the newest forced snapshot if it is newer than the recorded one. Does not force, so it is fast enough for the chunk
     * thread.
     *
     * @return the sequence of the recorded checkpoint
     */
    long record() throws IOException;

    /** Forces everything appended so far, records it, and returns it. */
    Checkpoint checkpoint() throws IOException;

    /**
     * Forces, records and releases the log. Idempotent. If this method throws, the log is closed nevertheless, and the next owner
     * repairs it.
     */
    @Override
    void close() throws IOException;
}
