package io.backfill.results.s3;

import io.backfill.results.Checkpoint;
import io.backfill.results.LogTotals;
import io.backfill.results.ResultKind;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

/**
 * The lines of an open log that are logged or being written, and the generations of their tails. Guarded by {@link #lock}, which the
 * caller holds. Only {@link #done}, {@link #totals} and {@link #awaitEnded} may be called without it.
 */
final class LogContents {
    /** Also guards fields of the log and of its compaction, as noted there. Not held while anything is sent. */
    final ReentrantLock lock = new ReentrantLock();

    final Condition changed = lock.newCondition();

    private final S3LogConfig config;
    private final long epoch;
    /** The first sequence that this log must not use. */
    private final int endOfSequences;

    private final BitSet done;
    /** Places of lines that are being written or waiting to be written. */
    private final BitSet waiting = new BitSet();

    private final List<TailGeneration> ended = new ArrayList<>();
    private TailGeneration current;
    private int lastNumber;
    private boolean closed;
    private volatile LogTotals totals;

    /** @param sequences how many sequence numbers the log may use, starting with that of {@code recorded} */
    LogContents(Checkpoint recorded, int sequences, S3LogConfig config) {
        this.config = config;
        this.epoch = recorded.epoch();
        this.done = (BitSet) recorded.done().clone();
        this.totals = recorded.totals();
        int sequence = Math.toIntExact(recorded.sequence());
        this.current = new TailGeneration(sequence + 1);
        this.endOfSequences = sequence + sequences;
    }

    /** A write of at most one tail of each kind. */
    record Write(TailGeneration generation, long epoch, int number) {
        Tail tail(ResultKind kind, long bytes) {
            return new Tail(epoch, generation.sequence(), number, kind, bytes);
        }
    }

    /** Returns a copy of the places of the logged lines. */
    BitSet done() {
        lock.lock();
        try {
            return (BitSet) done.clone();
        } finally {
            lock.unlock();
        }
    }

    LogTotals totals() {
        return totals;
    }

    void requireOpen() {
        if (closed) {
            throw new IllegalStateException("the log is closed");
        }
    }

    /** Refuses all later lines. Returns false if it was closed before. */
    boolean close() {
        boolean first = !closed;
        closed = true;
        return first;
    }

    /** Adds a line that is to be written. */
    void expect(Commit.Line line) {
        requireOpen();
        if (done.get(line.place()) || waiting.get(line.place())) {
            throw new IllegalStateException("line " + line.result().line() + " already has a result");
        }
        waiting.set(line.place());
    }

    /** Removes a line that is not going to be written. */
    void forget(Commit.Line line) {
        waiting.clear(line.place());
    }

    /** Begins a write to the current generation. */
    Write beginWrite() {
        current.beginWrite();
        // a number is never reused, because a failed write may still leave an object
        return new Write(current, epoch, ++lastNumber);
    }

    /** Records whether {@code lines}, all of the kind, are logged. If not, they may be appended again. */
    void settle(Write write, ResultKind kind, List<Commit.Line> lines, boolean logged) {
        long bytes = 0;
        for (Commit.Line line : lines) {
            waiting.clear(line.place());
            bytes += line.result().length();
        }
        if (logged) {
            write.generation.add(write.tail(kind, bytes), lines);
            for (Commit.Line line : lines) {
                done.set(line.place());
                totals = totals.plus(kind, line.result().usage());
            }
        }
    }

    void endWrite(Write write) {
        write.generation.endWrite();
        changed.signalAll();
    }

    /** Whether the tails of the current generation should be rewritten. */
    boolean isFull() {
        return current.isFull(config);
    }

    boolean mayEndGeneration() {
        return current.sequence() + 1 < endOfSequences;
    }

    /** Starts a new generation for all later lines, unless the current one is empty. */
    void endGeneration() {
        if (!current.tails().isEmpty()) {
            ended.add(current);
            current = new TailGeneration(current.sequence() + 1);
        }
    }

    /** Waits until no generation that ended has a write in flight, then returns these generations. */
    List<TailGeneration> awaitEnded() {
        lock.lock();
        try {
            while (ended.stream().anyMatch(TailGeneration::writing)) {
                changed.awaitUninterruptibly();
            }
            return List.copyOf(ended);
        } finally {
            lock.unlock();
        }
    }

    /** Removes generations that a recorded checkpoint covers. */
    void remove(List<TailGeneration> covered) {
        ended.removeAll(covered);
    }
}
