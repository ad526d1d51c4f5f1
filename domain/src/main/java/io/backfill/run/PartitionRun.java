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
 * One partition of a batch while it runs: plan, window and log, behind the few calls that a chunk step makes. Reading, taking
 * and recording belong to the one chunk thread; the window's workers do the rest.
 */
public final class PartitionRun implements Closeable {
    /** How long after the second stage of an abort a call may take to let go. */
    private static final Duration LET_GO = Duration.ofSeconds(5);

    /** Entries that the chunk thread takes in one turn: the runtime's share of the work is one per turn. */
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

    /** @param windowSize calls of the model that may be open, as it is configured now */
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

    /** What the chunk thread is to do next. */
    public sealed interface Next {
        /** Put these entries into the window; at least one. */
        record Entries(List<LaneEntry> entries) implements Next {}

        /** Nothing to put in now; wait a moment for results. */
        record Tick() implements Next {}

        /** Every entry has its result, or the batch is aborted and nothing is open any more. */
        record End() implements Next {}
    }

    /**
     * The next thing to do; never waits.
     *
     * @throws IOException when the plan cannot be read, or the window gave up because of the store
     */
    public Next next() throws IOException {
        AbortSignal abort = running.abort();
        if (abort.isTripped()) {
            return nextAfterAbort(abort);
        }
        window.resize(windowSize.getAsInt());
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
        if (cause != AbortCause.YIELD) {
            // whatever a call without lease still brings lies beyond the bytes that count
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

    /** Puts entries into the window; never waits. */
    public void put(List<LaneEntry> entries) {
        window.put(entries);
    }

    /** Lines finished since the last call; does not wait. */
    public int takeFinished() throws InterruptedException {
        return window.takeFinished(Duration.ZERO);
    }

    /** Lines finished since the last call; waits for the first or an abort, a tick at most. */
    public int awaitFinished() throws InterruptedException {
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
     * The runtime stops this execution: nothing more is sent, open calls get the grace, and what they bring is forced and
     * recorded. Blocks for the grace at most, and a little.
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

    /** Forces and records once more, and lets go. Idempotent. Calls still open lose their log: they have no result. */
    @Override
    public void close() throws IOException {
        wakeOnAbort.close();
        if (!window.isIdle()) {
            // the chunk failed between two reads: nothing more may be sent whose result could not be logged
            running.abort().trip(AbortCause.BROKEN_STORAGE);
            window.dropWaiting();
        }
        try (ranges;
                input) {
            log.close();
        }
    }
}
