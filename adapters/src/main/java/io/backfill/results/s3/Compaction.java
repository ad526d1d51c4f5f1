package io.backfill.results.s3;

import io.backfill.results.Checkpoint;
import io.backfill.results.LogTotals;
import io.backfill.results.Segment;
import java.io.IOException;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.locks.ReentrantLock;
import java.util.stream.Stream;

/** Rewrites the tails of an open log as segments and records a checkpoint that covers them. Thread-safe. */
final class Compaction {
    /** The part of a log's age that a reader of recorded checkpoints may lag behind. */
    private static final int LAG = 50;

    private static final int FEWEST_CHUNKS = 2;

    private final LogObjects objects;
    private final TailRewrite rewrite;
    private final LogContents contents;
    private final Executor threads;

    /**
     * Serializes rewriting and recording, and guards {@link #newest}. Acquired before the lock of the contents, never while holding
     * it.
     */
    private final ReentrantLock lock = new ReentrantLock();

    private Checkpoint newest;
    private volatile long recordedSequence;
    /** Guarded by the lock of the contents, like the two fields below. */
    private boolean begun;

    private long chunks;
    private long compactedAt;

    Compaction(LogObjects objects, TailRewrite rewrite, LogContents contents, Checkpoint recorded, Executor threads) {
        this.objects = objects;
        this.rewrite = rewrite;
        this.contents = contents;
        this.threads = threads;
        this.newest = recorded;
        this.recordedSequence = recorded.sequence();
    }

    long recordedSequence() {
        return recordedSequence;
    }

    /** Compacts in the background if the current generation is full. The caller holds the lock of the contents. */
    void beginIfFull() {
        if (contents.isFull()) {
            begin();
        }
    }

    /**
     * Counts a checkpoint of the chunk, which comes about once a second, and compacts in the background after a few of them, later
     * after a fiftieth of all. A reader of recorded checkpoints, such as a client that reads results or a gateway whose batch runs in
     * pods, then sees progress that is at most so much behind. A log of a day has about four hundred segments for this reason. The caller holds the lock of the contents.
     */
    void beginIfDue() {
        chunks++;
        if (chunks - compactedAt >= Math.max(FEWEST_CHUNKS, chunks / LAG)) {
            begin();
        }
    }

    private void begin() {
        if (begun || !contents.mayEndGeneration()) {
            return;
        }
        compactedAt = chunks;
        try {
            threads.execute(this::runInBackground);
            begun = true;
            contents.endGeneration();
        } catch (RejectedExecutionException e) {
            // the process is shutting down; close() or the next owner rewrites the tails
        }
    }

    private void runInBackground() {
        boolean compacted = false;
        try {
            run();
            compacted = true;
        } catch (IOException e) {
            // retried for both generations when the next one is full; checkpoint() and close() report a failure that
            // persists
        } finally {
            end(compacted);
        }
    }

    private void end(boolean compacted) {
        contents.lock.lock();
        try {
            begun = false;
            if (compacted) {
                // the current generation may have become full in the meantime
                beginIfFull();
            }
        } finally {
            contents.lock.unlock();
        }
    }

    /** Rewrites the generations that ended as segments, and records a checkpoint. */
    void run() throws IOException {
        lock.lock();
        try {
            List<TailGeneration> taken = contents.awaitEnded();
            if (taken.isEmpty()) {
                return;
            }
            int sequence = taken.getLast().sequence();
            List<Tail> tails =
                    taken.stream().flatMap(each -> each.tails().stream()).toList();
            List<Segment> segments = new ArrayList<>(newest.segments());
            segments.addAll(rewrite.whole(tails, newest.epoch(), sequence));
            BitSet places = (BitSet) newest.done().clone();
            LogTotals sum = newest.totals();
            for (TailGeneration generation : taken) {
                places.or(generation.places());
                sum = sum.plus(generation.totals());
            }
            Checkpoint before = newest;
            Checkpoint checkpoint = new Checkpoint(before.epoch(), sequence, places, segments, sum);
            objects.record(checkpoint);
            newest = checkpoint;
            recordedSequence = sequence;
            contents.lock.lock();
            try {
                contents.remove(taken);
            } finally {
                contents.lock.unlock();
            }
            objects.deleteDecided(tails.stream(), Stream.of(RecordName.of(before)));
        } finally {
            lock.unlock();
        }
    }

    /** Ends the current generation, and returns a checkpoint that covers it. */
    Checkpoint checkpoint() throws IOException {
        lock.lock();
        try {
            endGeneration();
            run();
            return new Checkpoint(
                    newest.epoch(),
                    newest.sequence(),
                    (BitSet) newest.done().clone(),
                    newest.segments(),
                    newest.totals());
        } finally {
            lock.unlock();
        }
    }

    private void endGeneration() throws IOException {
        contents.lock.lock();
        try {
            contents.requireOpen();
            if (!contents.mayEndGeneration()) {
                throw new IOException("the log has used up its checkpoint sequences and must be reopened");
            }
            contents.endGeneration();
        } finally {
            contents.lock.unlock();
        }
    }
}
