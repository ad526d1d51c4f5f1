package io.backfill.results.s3;

import io.backfill.plan.PlanEntry;
import io.backfill.results.Checkpoint;
import io.backfill.results.LineContent;
import io.backfill.results.LogTotals;
import io.backfill.results.ResultKind;
import io.backfill.results.ResultLine;
import io.backfill.results.ResultLog;
import java.io.IOException;
import java.util.ArrayDeque;
import java.util.BitSet;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;

/**
 * A {@link ResultLog} of S3 objects. An append returns when the write that contains its line is acknowledged. Lines that arrive during
 * a write are written together by the next one. A line whose write failed may still have reached the log. Appending it again is
 * safe: the line counts once, even if both writes are found.
 *
 * <p>A tail is as durable as a segment. A checkpoint is therefore recorded only when tails are rewritten as segments: when there are
 * many, and now and then so that others see the progress.
 */
public final class S3ResultLog implements ResultLog {
    private final LogObjects objects;
    private final LogContents contents;
    private final Compaction compaction;
    private final S3LogConfig config;
    private final LargeWrites large;
    private final Executor threads;
    private final Runnable onClose;

    /** Guarded by the lock of the contents, like the fields below. */
    private final Deque<Commit> queue = new ArrayDeque<>();

    private boolean committing;
    /** Number of large lines that are being written. */
    private int alone;

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
        this.contents = new LogContents(recorded, sequences, config);
        this.compaction = new Compaction(objects, rewrite, contents, recorded, threads);
        this.config = config;
        this.large = large;
        this.threads = threads;
        this.onClose = onClose;
    }

    @Override
    public BitSet done() {
        return contents.done();
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
        Commit.Line placed = new Commit.Line(entry.index(), line);
        switch (line.content()) {
            case LineContent.Whole _ -> enqueue(placed).await(line.kind());
            case LineContent.Around around -> large.write(() -> writeAlone(placed, around));
        }
    }

    /** Writes a large line as a tail of its own, sent from its spool. Small lines continue to be committed in the meantime. */
    private void writeAlone(Commit.Line line, LineContent.Around content) throws IOException {
        ResultKind kind = line.result().kind();
        LogContents.Write write;
        contents.lock.lock();
        try {
            contents.expect(line);
            write = contents.beginWrite();
            alone++;
        } finally {
            contents.lock.unlock();
        }
        boolean written = false;
        try {
            objects.put(write.tail(kind, content.length()), content);
            written = true;
        } finally {
            contents.lock.lock();
            try {
                alone--;
                contents.settle(write, kind, List.of(line), written);
                contents.endWrite(write);
                compaction.beginIfFull();
            } finally {
                contents.lock.unlock();
            }
        }
    }

    private Commit enqueue(Commit.Line line) throws IOException {
        contents.lock.lock();
        try {
            contents.expect(line);
            Commit next = queue.peekLast();
            if (next == null || next.bytes() >= config.commitBytes()) {
                next = new Commit();
                queue.add(next);
            }
            next.add(line);
            if (!committing) {
                begin(line);
            }
            return next;
        } finally {
            contents.lock.unlock();
        }
    }

    /**
     * Starts a thread that writes until the queue is empty. {@code first} is the only line in the queue. The caller holds the lock
     * of the contents.
     */
    private void begin(Commit.Line first) throws IOException {
        committing = true;
        try {
            threads.execute(this::commitWaiting);
        } catch (RejectedExecutionException e) {
            committing = false;
            queue.clear();
            contents.forget(first);
            throw new IOException("the process is shutting down", e);
        }
    }

    private void commitWaiting() {
        while (true) {
            Commit commit;
            LogContents.Write write;
            contents.lock.lock();
            try {
                commit = queue.poll();
                if (commit == null) {
                    committing = false;
                    contents.changed.signalAll();
                    return;
                }
                write = contents.beginWrite();
            } finally {
                contents.lock.unlock();
            }
            Map<ResultKind, Throwable> failures = commit.write(objects, write, threads);
            settle(commit, write, failures);
            commit.end(failures);
        }
    }

    private void settle(Commit commit, LogContents.Write write, Map<ResultKind, Throwable> failures) {
        contents.lock.lock();
        try {
            commit.lines().forEach((kind, lines) -> contents.settle(write, kind, lines, !failures.containsKey(kind)));
            contents.endWrite(write);
            compaction.beginIfFull();
        } finally {
            contents.lock.unlock();
        }
    }

    @Override
    public long record() {
        contents.lock.lock();
        try {
            compaction.beginIfDue();
        } finally {
            contents.lock.unlock();
        }
        return compaction.recordedSequence();
    }

    @Override
    public Checkpoint checkpoint() throws IOException {
        return compaction.checkpoint();
    }

    @Override
    public void close() throws IOException {
        contents.lock.lock();
        try {
            if (!contents.close()) {
                return;
            }
            while (committing || alone > 0) {
                contents.changed.awaitUninterruptibly();
            }
            contents.endGeneration();
        } finally {
            contents.lock.unlock();
        }
        try {
            compaction.run();
        } finally {
            onClose.run();
        }
    }
}
