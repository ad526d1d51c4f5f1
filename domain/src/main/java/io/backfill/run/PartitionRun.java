package io.backfill.run;

import io.backfill.dispatch.AbortCause;
import io.backfill.dispatch.AbortSignal;
import io.backfill.dispatch.CallWindow;
import io.backfill.dispatch.DispatchConfig;
import io.backfill.dispatch.LaneEntry;
import io.backfill.files.BlobReader;
import io.backfill.plan.PlanRanges;
import io.backfill.results.ResultLog;
import java.io.Closeable;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.IntSupplier;

/**
 * A running partition of a batch: plan, window and log behind the few methods that a chunk step calls. The chunk thread reads,
 * takes results and records; the workers of the window do everything else.
 */
public final class PartitionRun implements Closeable {
    /** How long to wait for open calls to end after the second stage of an abort. */
    private static final Duration LET_GO = Duration.ofSeconds(5);

    /** Maximum number of entries per read of the chunk thread. Larger reads spread the batch runtime's overhead over more entries. */
    private static final int MOST_AT_ONCE = 64;

    private final RunningBatch running;
    private final String model;
    private final PlanRanges ranges;
    private final BlobReader input;
    private final ResultLog log;
    private final CallWindow window;
    private final IntSupplier windowSize;
    private final DispatchConfig config;
    private final AbortSignal.Registration wakeOnAbort;

    /** @param windowSize number of calls of the model that may be open, according to the current configuration */
    PartitionRun(
            RunningBatch running,
            String model,
            PlanRanges ranges,
            BlobReader input,
            ResultLog log,
            CallWindow window,
            IntSupplier windowSize,
            DispatchConfig config) {
        this.running = running;
        this.model = model;
        this.ranges = ranges;
        this.input = input;
        this.log = log;
        this.window = window;
        this.windowSize = windowSize;
        this.config = config;
        this.wakeOnAbort = running.abort().onTrip(window::wake);
    }

    /** The next action of the chunk thread. */
    public sealed interface Next {
        /** Put these entries into the window; at least one. */
        record Entries(List<LaneEntry> entries) implements Next {}

        /** No entry can be put into the window now; wait briefly for results. */
        record Tick() implements Next {}

        /** Every entry has a result, or the batch is aborted and no call is open anymore. */
        record End() implements Next {}
    }

    /**
     * Returns the next action. Never blocks.
     *
     * @throws IOException if the plan cannot be read, or the window stopped because the store failed
     */
    public Next next() throws IOException {
        AbortSignal abort = running.abort();
        if (abort.isTripped()) {
            return nextAfterAbort(abort);
        }
        window.resize(windowSize.getAsInt());
        if (running.awaitsLogs()) {
            return new Next.Tick();
        }
        if (ranges.exhausted()) {
            return window.isIdle() ? new Next.End() : new Next.Tick();
        }
        List<LaneEntry> entries = new ArrayList<>();
        for (int lane : window.lanesWithRoom(MOST_AT_ONCE, ranges::hasOwn)) {
            ranges.next(lane, () -> window.takeOver(lane)).ifPresent(entry -> entries.add(new LaneEntry(entry, lane)));
        }
        return entries.isEmpty() ? new Next.Tick() : new Next.Entries(entries);
    }

    private Next nextAfterAbort(AbortSignal abort) throws IOException {
        AbortCause cause = abort.cause().orElseThrow();
        if (!cause.leavesOpenCalls()) {
            // results that arrive without a lease are beyond the bytes that count, so there is no point in a grace
            abort.cutAfter(cause == AbortCause.LOST_LEASE ? Duration.ZERO : config.grace());
        }
        if (!window.isIdle()) {
            return new Next.Tick();
        }
        Optional<Throwable> failure = window.failure();
        if (failure.isPresent() && cause == AbortCause.BROKEN_STORAGE) {
            throw new IOException(
                    "the store failed while lines were sent: " + failure.get().getMessage(), failure.get());
        }
        return new Next.End();
    }

    /** Puts entries into the window. Never blocks. */
    public void put(List<LaneEntry> entries) {
        window.put(entries);
    }

    /** Returns the number of lines finished since the last call. Does not wait. */
    public int takeFinished() throws InterruptedException {
        return window.takeFinished(Duration.ZERO);
    }

    /** Returns the number of lines finished since the last call. Waits for the first one or an abort, but at most one tick. */
    public int awaitFinished() throws InterruptedException {
        if (running.awaitsLogs()) {
            // an idle window would not wait
            running.abort().await(config.tick());
        }
        return window.takeFinished(config.tick());
    }

    public String model() {
        return model;
    }

    public boolean aborted() {
        return running.abort().isTripped();
    }

    /** Records the newest forced checkpoint; see {@link ResultLog#record}. */
    public long record() throws IOException {
        return log.record();
    }

    /**
     * Stops sending when the batch runtime stops this execution. Open calls get the grace, and their results are forced and
     * recorded. Blocks for little more than the grace.
     */
    public long stop() throws IOException, InterruptedException {
        AbortSignal abort = running.abort();
        abort.trip(AbortCause.SHUTDOWN);
        window.dropWaiting();
        if (!window.awaitIdle(config.grace())) {
            abort.cut();
            window.awaitIdle(LET_GO);
        }
        return log.checkpoint().sequence();
    }

    /** Forces and records the log, then releases all resources. Idempotent. The results of calls that are still open are lost. */
    @Override
    public void close() throws IOException {
        wakeOnAbort.close();
        if (!window.isIdle()) {
            // the chunk failed between two reads: send no more calls, because their results could not be logged
            running.abort().trip(AbortCause.BROKEN_STORAGE);
            window.dropWaiting();
        }
        try (ranges;
                input) {
            log.close();
        }
    }
}
