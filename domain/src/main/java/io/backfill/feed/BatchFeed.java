package io.backfill.feed;

import io.backfill.batches.Batch;
import io.backfill.errors.BackfillException;
import io.backfill.errors.ErrorCode;
import io.backfill.ids.BatchId;
import io.backfill.plan.PlanManifest;
import io.backfill.results.LogTotals;
import io.backfill.results.ResultKind;
import java.io.IOException;
import java.nio.file.NoSuchFileException;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.locks.ReentrantLock;

/** The result lines of one batch: the newest view that was read, and the bytes at its positions. Thread-safe. */
public final class BatchFeed {
    /** Segments vanish once, when the batch ends; checkpoints are replaced while they are read at most now and then. */
    private static final int LOOKS = 5;

    private static final FeedView NOTHING_YET = new FeedView(false, List.of(), Set.of(), LogTotals.NONE);

    private final FeedSource source;
    private final BatchId id;
    private final ReentrantLock refreshing = new ReentrantLock();
    private Optional<PlanManifest> plan = Optional.empty();
    private volatile FeedView view = NOTHING_YET;

    private BatchFeed(FeedSource source, BatchId id) {
        this.source = source;
        this.id = id;
    }

    /**
     * Returns the feed of a batch, which has been read once.
     *
     * @throws BackfillException {@code NOT_FOUND} if the batch was deleted
     */
    public static BatchFeed open(FeedSource source, BatchId id) throws IOException {
        BatchFeed feed = new BatchFeed(source, id);
        feed.refresh();
        return feed;
    }

    BatchId id() {
        return id;
    }

    FeedView view() {
        return view;
    }

    /**
     * Reads what has become durable. Costs one read of the row, and if its counts have changed, one read of each partition's
     * newest checkpoint.
     *
     * @throws BackfillException {@code NOT_FOUND} if the batch was deleted
     */
    FeedView refresh() throws IOException {
        refreshing.lock();
        try {
            if (!view.ended()) {
                view = look();
            }
            return view;
        } finally {
            refreshing.unlock();
        }
    }

    private FeedView look() throws IOException {
        IOException gone = new IOException("batch " + id + " has no plan");
        for (int look = 0; look < LOOKS; look++) {
            Batch row = source.row(id);
            if (row.status().terminal()) {
                return source.ended(row);
            }
            if (!FeedSource.isPlanned(row)) {
                return NOTHING_YET;
            }
            if (isUnchanged(row)) {
                return view;
            }
            try {
                if (plan.isEmpty()) {
                    plan = source.plan(id);
                }
                if (plan.isPresent()) {
                    return source.view(id, plan.get());
                }
            } catch (NoSuchFileException vanished) {
                gone = vanished;
            }
        }
        throw gone;
    }

    private boolean isUnchanged(Batch row) {
        LogTotals known = view.totals();
        return row.counts().completed() == known.completed()
                && row.counts().failed() == known.failed()
                && known.completed() + known.failed() > 0;
    }

    /**
     * Returns up to {@code most} bytes of a stream from a position, at least one; empty behind the last byte that is durable.
     *
     * @throws BackfillException {@code RESULTS_GONE} if the file was removed in the meantime
     */
    byte[] read(FeedStream stream, long position, int most) throws IOException {
        NoSuchFileException gone = new NoSuchFileException("nothing");
        for (int look = 0; look < LOOKS; look++) {
            FeedView now = view;
            requirePresent(now, Set.of(stream.kind()));
            Optional<FeedView.Range> range = now.content(stream).flatMap(content -> content.at(position));
            if (range.isEmpty()) {
                return new byte[0];
            }
            try {
                return source.read(range.get(), most);
            } catch (NoSuchFileException vanished) {
                gone = vanished;
                if (now.ended()) {
                    throw gone(id);
                }
                refresh();
            }
        }
        throw gone;
    }

    /**
     * Checks that a reader of these kinds can go on from a cursor.
     *
     * @throws BackfillException {@code RESULTS_GONE} if lines behind the cursor can no longer be read
     */
    public void check(FeedCursor cursor, Set<ResultKind> kinds) {
        FeedView now = view;
        requirePresent(now, kinds);
        if (!now.ended()) {
            return;
        }
        for (Map.Entry<FeedStream, Long> position : cursor.positions().entrySet()) {
            FeedStream stream = position.getKey();
            long length = now.content(stream).map(FeedView.Content::length).orElse(-1L);
            if (position.getValue() > length && !now.gone().contains(stream.kind())) {
                throw new BackfillException(
                        ErrorCode.RESULTS_GONE,
                        "The result files of batch '" + id
                                + "' were not made from the lines that this cursor counts: an"
                                + " operator settled the batch, or a node of an earlier version ended it. Read them from the"
                                + " beginning.",
                        "after");
            }
        }
    }

    private void requirePresent(FeedView now, Set<ResultKind> kinds) {
        if (now.isGone(kinds)) {
            throw gone(id);
        }
    }

    private static BackfillException gone(BatchId id) {
        return new BackfillException(
                ErrorCode.RESULTS_GONE,
                "The results of batch '" + id + "' are gone: a result file was deleted or has expired.");
    }
}
