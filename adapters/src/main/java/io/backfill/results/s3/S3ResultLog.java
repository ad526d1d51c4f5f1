package io.backfill.results.s3;

import io.backfill.plan.PlanEntry;
import io.backfill.results.Checkpoint;
import io.backfill.results.LineContent;
import io.backfill.results.LogTotals;
import io.backfill.results.ResultKind;
import io.backfill.results.ResultLine;
import io.backfill.results.ResultLog;
import io.backfill.results.Segment;
import java.io.IOException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.stream.Stream;

/**
 * A {@link ResultLog} of S3 objects. An append returns when the write that contains its line is acknowledged. Lines that arrive during
 * a write are written together by the next one. A line whose write failed may still have reached the log. Appending it again is
 * safe: the line counts once, even if both writes are found.
 *
 * <p>A tail is as durable as a segment. A checkpoint is therefore recorded only when tails are rewritten as segments.
 */
public final class S3ResultLog implements ResultLog {
    private final LogObjects objects;
    private final TailRewrite rewrite;
    private final S3LogConfig config;
    private final LargeWrites large;
    private final Executor threads;
    private final Runnable onClose;
    private final long epoch;
    /** The first sequence that this log must not use. */
    private final int endOfSequences;

    /** Guards the fields below, up to {@link #compacting}. Not held while anything is sent. */
    private final ReentrantLock lock = new ReentrantLock();

    private final Condition changed = lock.newCondition();
    private final BitSet done;
    /** Places of lines that are being written or waiting to be written. */
    private final BitSet waiting = new BitSet();

    private final Deque<Commit> queue = new ArrayDeque<>();
    private boolean committing;
    /** Number of large lines that are being written. */
    private int alone;

    private int lastNumber;
    private final List<TailGeneration> ended = new ArrayList<>();
    private TailGeneration current;
    private boolean compactionBegun;
    private boolean closed;
    private volatile LogTotals totals;

    /** Serializes rewriting and recording, and guards {@link #newest}. Acquired before {@link #lock}, never while holding it. */
    private final ReentrantLock compacting = new ReentrantLock();

    private Checkpoint newest;
    private volatile long recordedSequence;

    /** @param sequences how many sequence numbers this log may use, starting with that of {@code recorded} */
    S3ResultLog(
            LogObjects objects,
            TailRewrite rewrite,
            Checkpoint recorded,
            int sequences,
            S3LogConfig config,
            LargeWrites large,
            Executor threads,
            Runnable onClose) {
        this.objects = objects;
        this.rewrite = rewrite;
        this.config = config;
        this.large = large;
        this.threads = threads;
        this.onClose = onClose;
        this.epoch = recorded.epoch();
        this.done = (BitSet) recorded.done().clone();
        this.totals = recorded.totals();
        this.newest = recorded;
        this.recordedSequence = recorded.sequence();
        int sequence = Math.toIntExact(recorded.sequence());
        this.current = new TailGeneration(sequence + 1);
        this.endOfSequences = sequence + sequences;
    }

    @Override
    public BitSet done() {
        lock.lock();
        try {
            return (BitSet) done.clone();
        } finally {
            lock.unlock();
        }
    }

    @Override
    public LogTotals totals() {
        return totals;
    }

    @Override
    public void append(PlanEntry entry, ResultLine line) throws IOException {
        if (entry.line() != line.line()) {
            throw new IllegalArgumentException("not a result line of line " + entry.line());
        }
        Commit.Line placed = new Commit.Line(entry.index(), line);
        switch (line.content()) {
            case LineContent.Whole _ -> enqueue(placed).await(line.kind());
            case LineContent.Around around -> large.write(() -> writeAlone(placed, around));
        }
    }

    /** Writes a large line as a tail of its own, sent from its spool. Small lines continue to be committed in the meantime. */
    private void writeAlone(Commit.Line line, LineContent.Around content) throws IOException {
        TailGeneration generation;
        Tail tail;
        lock.lock();
        try {
            requireNew(line);
            generation = current;
            generation.beginWrite();
            waiting.set(line.place());
            alone++;
            tail = new Tail(
                    epoch, generation.sequence(), ++lastNumber, line.result().kind(), content.length());
        } finally {
            lock.unlock();
        }
        boolean written = false;
        try {
            objects.put(tail, content);
            written = true;
        } finally {
            lock.lock();
            try {
                alone--;
                waiting.clear(line.place());
                if (written) {
                    acknowledge(generation, tail, List.of(line));
                }
                generation.endWrite();
                changed.signalAll();
                compactIfFull();
            } finally {
                lock.unlock();
            }
        }
    }

    private void requireNew(Commit.Line line) {
        requireOpen();
        if (done.get(line.place()) || waiting.get(line.place())) {
            throw new IllegalStateException("line " + line.result().line() + " already has a result");
        }
    }

    /** The caller holds {@link #lock}. */
    private void acknowledge(TailGeneration generation, Tail tail, List<Commit.Line> lines) {
        generation.add(tail, lines);
        for (Commit.Line line : lines) {
            done.set(line.place());
            totals = totals.plus(tail.kind(), line.result().usage());
        }
    }

    private Commit enqueue(Commit.Line line) throws IOException {
        lock.lock();
        try {
            requireNew(line);
            Commit next = queue.peekLast();
            if (next == null || next.bytes() >= config.commitBytes()) {
                next = new Commit();
                queue.add(next);
            }
            next.add(line);
            waiting.set(line.place());
            if (!committing) {
                begin(line);
            }
            return next;
        } finally {
            lock.unlock();
        }
    }

    /**
     * Starts a thread that writes until the queue is empty. {@code first} is the only line in the queue. The caller holds
     * {@link #lock}.
     */
    private void begin(Commit.Line first) throws IOException {
        committing = true;
        try {
            threads.execute(this::commitWaiting);
        } catch (RejectedExecutionException e) {
            committing = false;
            queue.clear();
            waiting.clear(first.place());
            throw new IOException("the process is shutting down", e);
        }
    }

    private void commitWaiting() {
        while (true) {
            Commit commit;
            TailGeneration generation;
            int number;
            lock.lock();
            try {
                commit = queue.poll();
                if (commit == null) {
                    committing = false;
                    changed.signalAll();
                    return;
                }
                generation = current;
                generation.beginWrite();
                // a number is never reused, because a failed write may still leave an object
                number = ++lastNumber;
            } finally {
                lock.unlock();
            }
            Map<ResultKind, Throwable> failures = commit.write(objects, epoch, generation.sequence(), number, threads);
            settle(commit, generation, number, failures);
            commit.end(failures);
        }
    }

    private void settle(Commit commit, TailGeneration generation, int number, Map<ResultKind, Throwable> failures) {
        lock.lock();
        try {
            commit.lines().forEach((kind, lines) -> {
                long bytes = 0;
                for (Commit.Line line : lines) {
                    waiting.clear(line.place());
                    bytes += line.result().length();
                }
                if (!failures.containsKey(kind)) {
                    acknowledge(generation, new Tail(epoch, generation.sequence(), number, kind, bytes), lines);
                }
            });
            generation.endWrite();
            changed.signalAll();
            compactIfFull();
        } finally {
            lock.unlock();
        }
    }

    /** The caller holds {@link #lock}. */
    private void compactIfFull() {
        if (!current.isFull(config) || compactionBegun || !mayEndGeneration()) {
            return;
        }
        try {
            threads.execute(this::compactInBackground);
            compactionBegun = true;
            endGeneration();
        } catch (RejectedExecutionException e) {
            // the process is shutting down; close() or the next owner rewrites the tails
        }
    }

    private boolean mayEndGeneration() {
        return current.sequence() + 1 < endOfSequences;
    }

    /** Starts a new generation for all later lines, unless the current one is empty. The caller holds {@link #lock}. */
    private void endGeneration() {
        if (!current.tails().isEmpty()) {
            ended.add(current);
            current = new TailGeneration(current.sequence() + 1);
        }
    }

    private void compactInBackground() {
        boolean compacted = false;
        compacting.lock();
        try {
            compact();
            compacted = true;
        } catch (IOException e) {
            // retried for both generations when the next one is full; checkpoint() and close() report a failure that
            // persists
        } finally {
            compacting.unlock();
            endBackground(compacted);
        }
    }

    private void endBackground(boolean compacted) {
        lock.lock();
        try {
            compactionBegun = false;
            if (compacted) {
                // the current generation may have become full in the meantime
                compactIfFull();
            }
        } finally {
            lock.unlock();
        }
    }

    /** Rewrites the generations that ended as segments, and records a checkpoint. The caller holds {@link #compacting}. */
    private void compact() throws IOException {
        List<TailGeneration> taken = endedAndWritten();
        if (taken.isEmpty()) {
            return;
        }
        int sequence = taken.getLast().sequence();
        List<Tail> tails = taken.stream().flatMap(each -> each.tails().stream()).toList();
        List<Segment> segments = new ArrayList<>(newest.segments());
        segments.addAll(rewrite.whole(tails, epoch, sequence));
        BitSet places = (BitSet) newest.done().clone();
        LogTotals sum = newest.totals();
        for (TailGeneration generation : taken) {
            places.or(generation.places());
            sum = sum.plus(generation.totals());
        }
        Checkpoint before = newest;
        Checkpoint checkpoint = new Checkpoint(epoch, sequence, places, segments, sum);
        objects.record(checkpoint);
        newest = checkpoint;
        recordedSequence = sequence;
        lock.lock();
        try {
            ended.removeAll(taken);
        } finally {
            lock.unlock();
        }
        objects.deleteDecided(tails.stream(), Stream.of(RecordName.of(before)));
    }

    /** Waits until no generation that ended has a write in flight, then returns these generations. */
    private List<TailGeneration> endedAndWritten() {
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

    @Override
    public long record() {
        return recordedSequence;
    }

    @Override
    public Checkpoint checkpoint() throws IOException {
        compacting.lock();
        try {
            lock.lock();
            try {
                requireOpen();
                if (!mayEndGeneration()) {
                    throw new IOException("the log has used up its checkpoint sequences and must be reopened");
                }
                endGeneration();
            } finally {
                lock.unlock();
            }
            compact();
            return new Checkpoint(
                    newest.epoch(),
                    newest.sequence(),
                    (BitSet) newest.done().clone(),
                    newest.segments(),
                    newest.totals());
        } finally {
            compacting.unlock();
        }
    }

    private void requireOpen() {
        if (closed) {
            throw new IllegalStateException("the log is closed");
        }
    }

    @Override
    public void close() throws IOException {
        lock.lock();
        try {
            if (closed) {
                return;
            }
            closed = true;
            while (committing || alone > 0) {
                changed.awaitUninterruptibly();
            }
            endGeneration();
        } finally {
            lock.unlock();
        }
        compacting.lock();
        try {
            compact();
        } finally {
            compacting.unlock();
            onClose.run();
        }
    }
}
