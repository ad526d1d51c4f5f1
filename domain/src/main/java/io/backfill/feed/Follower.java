package io.backfill.feed;

import io.backfill.door.TenantSeats.Seat;
import io.backfill.errors.BackfillException;
import io.backfill.results.ResultKind;
import java.io.IOException;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.LongSupplier;

/**
 * One client that gets the lines of a batch as they become durable. Holds no thread: it works when it is woken and returns when it
 * has nothing to send or its client does not read. Memory: one block, which followers of one batch share.
 */
public final class Follower {
    private static final System.Logger LOG = System.getLogger("io.backfill.feed");
    private static final byte[] BLANK_LINE = {'\n'};

    /** What a follower asked for. */
    record Request(Set<ResultKind> kinds, FeedCursor from, int limit) {}

    private final FollowedBatch batch;
    private final Request request;
    private final FeedSink sink;
    private final Seat seat;
    private final FollowConfig config;
    private final Executor tasks;
    private final LongSupplier nanoTime;
    private final Runnable onEnd;
    /** Number of wake-ups that are not served yet; the first one starts a task. */
    private final AtomicInteger woken = new AtomicInteger();

    /** The fields below belong to the task that serves wake-ups; some are read by others. */
    private FeedCursor cursor;

    private int lines;
    /** The stream of a long line that is not written to its end; no other line may come in between. */
    private Optional<FeedStream> unfinished = Optional.empty();

    private volatile long lastWrite;
    /** Since when the sink has not been ready for bytes that wait for it; empty while none wait. */
    private volatile Optional<Long> blockedSince = Optional.empty();

    private volatile boolean over;

    Follower(
            FollowedBatch batch,
            Request request,
            FeedSink sink,
            Seat seat,
            FollowConfig config,
            Executor tasks,
            LongSupplier nanoTime,
            Runnable onEnd) {
        this.batch = batch;
        this.request = request;
        this.sink = sink;
        this.seat = seat;
        this.config = config;
        this.tasks = tasks;
        this.nanoTime = nanoTime;
        this.onEnd = onEnd;
        this.cursor = request.from();
        this.lastWrite = nanoTime.getAsLong();
    }

    /** Lets the follower send what it can. Never waits; may be called at any time. */
    public void wake() {
        if (!over && woken.getAndIncrement() == 0) {
            tasks.execute(this::serve);
        }
    }

    private void serve() {
        int served = woken.get();
        while (served > 0) {
            if (!over) {
                try {
                    send();
                } catch (IOException | RuntimeException | Error e) {
                    LOG.log(System.Logger.Level.DEBUG, () -> "A follower of " + batch.feed.id() + " is cut: " + e);
                    finish(sink::cut);
                }
            }
            served = woken.addAndGet(-served);
        }
    }

    private void send() throws IOException {
        boolean wrote = false;
        while (sink.isReady()) {
            blockedSince = Optional.empty();
            // before the streams: if it has ended, they are complete
            FeedView view = batch.feed.view();
            if (lines >= request.limit()) {
                end(wrote);
                return;
            }
            if (wroteLines(view)) {
                wrote = true;
                lastWrite = nanoTime.getAsLong();
            } else if (view.ended()) {
                end(wrote);
                return;
            } else {
                if (!wrote
                        && unfinished.isEmpty()
                        && nanoTime.getAsLong() - lastWrite
                                >= config.heartbeat().toNanos()) {
                    sink.write(BLANK_LINE, 0, 1);
                    wrote = true;
                    lastWrite = nanoTime.getAsLong();
                    continue;
                }
                if (wrote) {
                    sink.flush();
                }
                return;
            }
        }
        if (blockedSince.isEmpty()) {
            blockedSince = Optional.of(nanoTime.getAsLong());
        }
    }

    /** Writes the next lines or the next part of a long one. Returns false if the view contains nothing more. */
    private boolean wroteLines(FeedView view) throws IOException {
        if (view.isGone(request.kinds())) {
            throw new IOException("a result file of the batch was removed");
        }
        for (FeedView.Content content : view.contents()) {
            FeedStream stream = content.stream();
            long position = cursor.at(stream);
            long available = content.length() - position;
            boolean next = unfinished.map(stream::equals).orElse(request.kinds().contains(stream.kind()));
            if (available > 0 && next) {
                byte[] block = batch.blocks.read(stream, position, available);
                int length = wanted(block);
                if (length > 0) {
                    sink.write(block, 0, length);
                    cursor = cursor.with(stream, position + length);
                    unfinished = block[length - 1] == '\n' ? Optional.empty() : Optional.of(stream);
                    return true;
                }
            }
        }
        return false;
    }

    /** Returns how much of a block is sent: whole lines up to the limit, or a part of a line that is longer than the block. */
    private int wanted(byte[] block) {
        int end = 0;
        for (int i = 0; i < block.length && lines < request.limit(); i++) {
            if (block[i] == '\n') {
                lines++;
                end = i + 1;
            }
        }
        return end > 0 ? end : block.length;
    }

    private void end(boolean wrote) throws IOException {
        if (wrote && sink.isReady()) {
            sink.flush();
        }
        finish(() -> sink.end(cursor));
    }

    /** Sends a heartbeat if it is time for one, and cuts the connection of a client that reads too slowly. Never waits. */
    void look(long now) {
        Optional<Long> blocked = blockedSince;
        if (blocked.isPresent() && now - blocked.get() >= config.patience().toNanos()) {
            LOG.log(System.Logger.Level.DEBUG, () -> "A follower of " + batch.feed.id() + " reads too slowly");
            finish(sink::cut);
        } else if (now - lastWrite >= config.heartbeat().toNanos()) {
            wake();
        }
    }

    /** Breaks the connection, because the batch was deleted or this node stops. */
    void cut() {
        finish(sink::cut);
    }

    /** Ends the follower because its client is gone. Idempotent. */
    public void gone() {
        finish(() -> {});
    }

    private void finish(Runnable how) {
        synchronized (this) {
            if (over) {
                return;
            }
            over = true;
        }
        seat.close();
        onEnd.run();
        try {
            how.run();
        } catch (BackfillException | IllegalStateException e) {
            LOG.log(System.Logger.Level.DEBUG, () -> "The end of a follower was not sent: " + e);
        }
    }
}
