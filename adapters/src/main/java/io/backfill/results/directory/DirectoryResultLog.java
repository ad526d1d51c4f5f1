package io.backfill.results.directory;

import io.backfill.plan.PlanEntry;
import io.backfill.results.Checkpoint;
import io.backfill.results.LogTotals;
import io.backfill.results.ResultKind;
import io.backfill.results.ResultLine;
import io.backfill.results.ResultLog;
import java.io.IOException;
import java.util.BitSet;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

/**
 * A {@link ResultLog} of files. A line is one write to the end of a segment, so it survives the process at once; a loop forces what
 * was written once per interval and records the checkpoint of it, both away from the threads that append.
 *
 * <p>After a failed write nobody knows how the segment ends. It is then settled: a checkpoint fixes its known length before the
 * next segment gets its first byte, so nothing beyond that length is ever read. Where that checkpoint cannot be recorded, because
 * the disk is full for instance, appending goes on failing until it can.
 *
 * <p>A named limit: a force that the operating system reports as failed is tried again, and some systems then report success for
 * bytes they gave up. Such bytes are lost if the machine crashes before they are written otherwise.
 */
public final class DirectoryResultLog implements ResultLog {
    private final LogFiles files;
    private final ForcePolicy policy;
    private final LogContents contents;
    private final Runnable onClose;

    /** Guards contents and {@link #closed}; nothing is forced under it, so appending never waits for the disk to settle. */
    private final ReentrantLock lock = new ReentrantLock();

    private final Condition closing = lock.newCondition();
    private boolean closed;
    /** Places written whose force failed: their append was refused, and shall succeed when it is repeated. */
    private final BitSet unforced = new BitSet();

    /** Serializes forcing and recording, and guards what follows. Taken before {@link #lock}, never after it. */
    private final ReentrantLock forcing = new ReentrantLock();

    private long forcedLines;
    private long recordedLines;
    private long sequence;
    private Checkpoint newest;
    private volatile long recordedSequence;

    DirectoryResultLog(LogFiles files, LogRecovery.Recovered recovered, ForcePolicy policy, Runnable onClose) {
        this.files = files;
        this.policy = policy;
        this.onClose = onClose;
        this.contents = new LogContents(files, recovered);
        this.newest = recovered.checkpoint();
        this.sequence = newest.sequence();
        this.recordedSequence = sequence;
    }

    @Override
    public BitSet done() {
        lock.lock();
        try {
            return contents.done();
        } finally {
            lock.unlock();
        }
    }

    @Override
    public LogTotals totals() {
        return contents.totals();
    }

    @Override
    public void append(PlanEntry entry, ResultLine line) throws IOException {
        if (entry.line() != line.line()) {
            throw new IllegalArgumentException("not a result line of line " + entry.line());
        }
        while (!written(entry.index(), line)) {
            settle(line.kind());
        }
        if (policy.each()) {
            awaitForce(entry.index());
        }
    }

    /** Writes the line; false when the segment of its kind has to be settled first. */
    private boolean written(int place, ResultLine line) throws IOException {
        lock.lock();
        try {
            requireOpen();
            if (unforced.get(place)) {
                return true;
            }
            if (contents.contains(place)) {
                throw new IllegalStateException("line " + line.line() + " already has a result");
            }
            if (contents.failed(line.kind())) {
                return false;
            }
            contents.append(place, line);
            return true;
        } finally {
            lock.unlock();
        }
    }

    private void settle(ResultKind kind) throws IOException {
        forcing.lock();
        try {
            forceAndRecord();
            lock.lock();
            try {
                // another thread may have settled it and begun the next one
                if (contents.failed(kind)) {
                    contents.settle(kind);
                }
            } finally {
                lock.unlock();
            }
        } finally {
            forcing.unlock();
        }
    }

    /** Returns when the line at {@code place} is forced; those who wait meanwhile are forced by the next one among them. */
    private void awaitForce(int place) throws IOException {
        long wanted = lines();
        boolean done = false;
        forcing.lock();
        try {
            if (forcedLines < wanted) {
                force(moment());
            }
            done = true;
        } finally {
            forcing.unlock();
            lock.lock();
            unforced.set(place, !done);
            lock.unlock();
        }
    }

    private long lines() {
        lock.lock();
        try {
            return contents.lines();
        } finally {
            lock.unlock();
        }
    }

    private LogContents.Moment moment() {
        lock.lock();
        try {
            return contents.moment();
        } finally {
            lock.unlock();
        }
    }

    /** The caller holds {@link #forcing}. */
    private void force(LogContents.Moment moment) throws IOException {
        moment.force();
        forcedLines = moment.lines();
    }

    /** Forces all lines so far and records them; nothing happens when there is no new one. The caller holds {@link #forcing}. */
    private void forceAndRecord() throws IOException {
        LogContents.Moment moment;
        Checkpoint checkpoint;
        lock.lock();
        try {
            if (contents.lines() == recordedLines) {
                return;
            }
            moment = contents.moment();
            checkpoint = contents.checkpoint(++sequence);
        } finally {
            lock.unlock();
        }
        force(moment);
        files.record(checkpoint);
        newest = checkpoint;
        recordedLines = moment.lines();
        recordedSequence = checkpoint.sequence();
    }

    @Override
    public long record() {
        // the loop records what it forced, so that this thread does not wait for the disk
        return recordedSequence;
    }

    @Override
    public Checkpoint checkpoint() throws IOException {
        forcing.lock();
        try {
            lock.lock();
            try {
                requireOpen();
            } finally {
                lock.unlock();
            }
            forceAndRecord();
            return new Checkpoint(
                    newest.epoch(),
                    newest.sequence(),
                    (BitSet) newest.done().clone(),
                    newest.segments(),
                    newest.totals());
        } finally {
            forcing.unlock();
        }
    }

    /** Forces and records once per interval until the log is closed or the thread is interrupted. */
    void forceUntilClosed() {
        while (awaitInterval()) {
            forcing.lock();
            try {
                forceAndRecord();
            } catch (IOException | RuntimeException | Error e) {
                // the next pass tries again; checkpoint() and close() tell the owner when that fails too
            } finally {
                forcing.unlock();
            }
        }
    }

    /** True after an interval, false when the log was closed. */
    private boolean awaitInterval() {
        long left = policy.interval().toNanos();
        lock.lock();
        try {
            while (!closed && left > 0) {
                left = closing.awaitNanos(left);
            }
            return !closed;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        } finally {
            lock.unlock();
        }
    }

    private void requireOpen() {
        if (closed) {
            throw new IllegalStateException("the log is closed");
        }
    }

    @Override
    public void close() throws IOException {
        forcing.lock();
        try {
            lock.lock();
            try {
                if (closed) {
                    return;
                }
                closed = true;
                closing.signalAll();
            } finally {
                lock.unlock();
            }
            try {
                forceAndRecord();
            } finally {
                onClose.run();
                contents.close();
            }
        } finally {
            forcing.unlock();
        }
    }
}
