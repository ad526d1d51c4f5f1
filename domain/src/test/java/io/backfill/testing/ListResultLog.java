package io.backfill.testing;

import io.backfill.plan.PlanEntry;
import io.backfill.results.Checkpoint;
import io.backfill.results.LogTotals;
import io.backfill.results.ResultLine;
import io.backfill.results.ResultLog;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;

/** A log that only records the appended lines. Thread-safe. */
public final class ListResultLog implements ResultLog {
    private final List<ResultLine> lines = new ArrayList<>();
    private final BitSet done = new BitSet();
    private LogTotals totals = LogTotals.NONE;
    private long sequence;

    /** Returns the lines in the order in which they were appended. */
    public synchronized List<ResultLine> lines() {
        return List.copyOf(lines);
    }

    @Override
    public synchronized BitSet done() {
        return (BitSet) done.clone();
    }

    @Override
    public synchronized void append(PlanEntry entry, ResultLine line) {
        if (done.get(entry.index())) {
            throw new IllegalStateException("done already: " + entry);
        }
        done.set(entry.index());
        lines.add(line);
        totals = totals.plus(line.kind(), line.usage());
    }

    @Override
    public synchronized LogTotals totals() {
        return totals;
    }

    @Override
    public synchronized long record() {
        return ++sequence;
    }

    @Override
    public synchronized Checkpoint checkpoint() {
        return new Checkpoint(1, ++sequence, done(), List.of(), totals);
    }

    @Override
    public void close() {}
}
