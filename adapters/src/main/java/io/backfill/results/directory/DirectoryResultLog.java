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
 * A {@link ResultLog} of files. Each line is one write to the end of a segment, so it survives the death of the process as soon as
 * the append returns. Once per interval a background loop forces the written lines and records a checkpoint of them.
 *
 * <p>After a failed write the end of the segment is unknown. The segment is then settled: a checkpoint fixes its known length before
 * the first byte of the next segment is written, so no byte beyond that length is ever read. As long as this checkpoint cannot be
 * recorded, for example because the disk is full, every append of this kind fails.
 *
 * <p>Known limit: a force that the operating system reports as failed is retried, and some systems then report success although they
 * have dropped the bytes. Such bytes are lost if the machine crashes before they reach the disk in another way.
 */
public final class DirectoryResultLog implements ResultLog {
    private final LogFiles files;
    private final ForcePolicy policy;
    private final LogContents contents;
    private final Runnable onClose;

    /**
     * Guards {@link #contents}, {@link #closed} and {@link #unforced}. Not held during a force, so an append never waits for one on
     * this lock.
     */
    private final ReentrantLock lock = new ReentrantLock();

    private final Condition closing = lock.newCondition();
    private boolean closed;
    /** Places whose line was written but not forced. Their append failed; repeating it forces the line without writing it again. */
    private final BitSet unforced = new BitSet();

    /** Serializes forcing and recording, and guards the fields below. Acquired before {@link #lock}, never while holding it. */
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

    /** Writes the line. Returns false if the segment of its kind must be settled first. */
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
                // another thread may have settled the segment and started the next one
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

    /**
     * Returns when the line at {@code place} is forced. Threads that wait in the meantime share the next force, which one of them
     * runs for all.
     */
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

    /** Forces and records all lines so far. Does nothing if there is no new line. The caller holds {@link #forcing}. */
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
        // the background loop records what it forced, so that this thread does not wait for the disk
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
                // retried in the next interval; checkpoint() and close() report a failure that persists
            } finally {
                forcing.unlock();
            }
        }
    }

    /** Returns true after an interval, or false if the log was closed or the thread interrupted. */
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
