package io.backfill.run;

import io.backfill.batches.Batch;
import io.backfill.batches.BatchStatus;
import io.backfill.batches.ModelWork;
import io.backfill.batches.Outlook;
import io.backfill.dispatch.AbortCause;
import io.backfill.dispatch.AbortSignal;
import io.backfill.dispatch.OutputLengths;
import io.backfill.dispatch.SendFence;
import io.backfill.fair.Demand;
import io.backfill.ids.BatchId;
import io.backfill.plan.ModelPlan;
import io.backfill.plan.PlanManifest;
import io.backfill.results.LogEpoch;
import io.backfill.results.LogTotals;
import io.backfill.results.ResultLog;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * A batch whose lease this node holds, from claim to release. What the job's artifacts share lives here, not in the batch
 * runtime: it is gone when the lease is. Thread-safe.
 */
public final class RunningBatch implements SendFence {
    private final Batch batch;
    private final Map<String, String> headers;
    private final LeaseHold lease;
    private final AbortSignal abort;
    private final long logEpoch;
    private final ConcurrentMap<Integer, ResultLog> logs = new ConcurrentHashMap<>();
    private final ConcurrentMap<Integer, LogTotals> recorded = new ConcurrentHashMap<>();
    private final ConcurrentMap<Integer, OpenWork> works = new ConcurrentHashMap<>();
    private final AtomicReference<@Nullable String> problem = new AtomicReference<>();
    private final Set<String> ended = ConcurrentHashMap.newKeySet();
    private volatile List<ModelPlan> plans = List.of();
    private volatile int threads;
    private volatile boolean dispatched;
    private volatile boolean inPods;
    private volatile boolean takenOver;
    private volatile boolean waits;
    private volatile long dispatchedAt;
    /** Lines by model that it was claimed for, until its plan is known. */
    private volatile Map<String, Integer> expected = Map.of();

    private volatile OptionalDouble prefixBound = OptionalDouble.empty();
    private volatile Outlook outlook;
    private volatile @Nullable StartRamp ramp;
    private volatile boolean alone;

    /**
     * @param batch as it was claimed; its status may move on
     * @param headers captured from the client, opened
     */
    public RunningBatch(Batch batch, Map<String, String> headers, LeaseHold lease, AbortSignal abort) {
        this(batch, headers, lease, abort, LogEpoch.ofNode(batch.lease().epoch()));
    }

    /** One whose logs are opened under {@code logEpoch}; for a pod. */
    public RunningBatch(Batch batch, Map<String, String> headers, LeaseHold lease, AbortSignal abort, long logEpoch) {
        this.batch = batch;
        this.logEpoch = logEpoch;
        this.headers = Map.copyOf(headers);
        this.lease = lease;
        this.abort = abort;
        this.threads = 1;
        this.outlook = batch.outlook();
    }

    public Batch batch() {
        return batch;
    }

    public BatchId id() {
        return batch.id();
    }

    public long epoch() {
        return batch.lease().epoch();
    }

    public Map<String, String> headers() {
        return headers;
    }

    public LeaseHold lease() {
        return lease;
    }

    public AbortSignal abort() {
        return abort;
    }

    @Override
    public boolean maySend() {
        return lease.valid();
    }

    /** Under which its logs are opened. */
    public long logEpoch() {
        return logEpoch;
    }

    /** Threads of the batch runtime it takes. */
    public int threads() {
        return threads;
    }

    /** The plan is known. */
    public void planned(PlanManifest manifest) {
        plans = manifest.models();
        prefixBound = OptionalDouble.of(manifest.prefixBound());
    }

    /** Whether the plan is known. */
    public boolean isPlanned() {
        return !plans.isEmpty();
    }

    /** Its last owner did not hand it back: it goes on where that one had it. */
    public void takenOver() {
        takenOver = true;
    }

    public boolean isTakenOver() {
        return takenOver;
    }

    /**
     * It has a place here from now on.
     *
     * @param newThreads of the batch runtime that it takes
     * @param pods the cluster runs it
     */
    public void dispatched(int newThreads, boolean pods, long nanoTime) {
        threads = newThreads;
        inPods = pods;
        if (!dispatched) {
            dispatchedAt = nanoTime;
            dispatched = true;
        }
    }

    /** It was claimed for a place: what is known of it before its plan is. */
    public void expects(Map<String, Integer> linesByModel) {
        expected = Map.copyOf(linesByModel);
    }

    public boolean isDispatched() {
        return dispatched;
    }

    boolean inPods() {
        return inPods;
    }

    /** The partition of a model has come to its end, and its thread is free. */
    public void ended(String model) {
        if (ended.add(model) && dispatched && !inPods) {
            threads = Math.max(1, 1 + modelCount() - ended.size());
        }
    }

    private int modelCount() {
        return (int) plans.stream().map(ModelPlan::model).distinct().count();
    }

    Seat seat() {
        Map<String, Integer> lines =
                isPlanned() ? left().stream().collect(Collectors.toMap(ModelWork::model, ModelWork::lines)) : expected;
        return new Seat(id(), batch.tenant(), lines, threads, dispatchedAt, Optional.of(this));
    }

    /** What is left to do, by model, as far as the plan is known and its logs were looked at. */
    public List<ModelWork> left() {
        Map<String, ModelWork> left = new LinkedHashMap<>();
        for (ModelPlan plan : plans) {
            LogTotals done = totalsOf(plan.partition());
            int lines = plan.entries() - done.completed() - done.failed();
            if (lines > 0) {
                long cost = plan.promptTokens() * lines / plan.entries();
                left.merge(
                        plan.model(),
                        new ModelWork(plan.model(), lines, cost),
                        (a, b) -> new ModelWork(a.model(), a.lines() + b.lines(), a.cost() + b.cost()));
            }
        }
        return List.copyOf(left.values());
    }

    /** Whether it only wants its files made: nothing is sent any more. */
    public boolean settles() {
        return batch.status() == BatchStatus.FINALIZING
                || abort.cause().filter(AbortCause::endsBatch).isPresent();
    }

    /** It has no place, and goes back into the queue as it is. */
    public void waits() {
        waits = true;
    }

    /** Whether the execution stops because it is to stop, not because something failed. */
    public boolean leftOrderly() {
        boolean told = abort.cause()
                .filter(cause -> cause == AbortCause.YIELD
                        || cause == AbortCause.SHUTDOWN
                        || cause == AbortCause.OFFLOAD_REFUSED)
                .isPresent();
        return whyFailed().isEmpty() && (waits || told);
    }

    /** Whether it ends in the queue because it found no place. */
    public boolean isWaiting() {
        return waits;
    }

    /** Whether lines were finished since the claim. */
    public boolean hasProgress() {
        LogTotals totals = totals();
        return totals.completed() + totals.failed()
                > batch.counts().completed() + batch.counts().failed();
    }

    private LogTotals totalsOf(int partition) {
        ResultLog log = logs.get(partition);
        return log != null ? log.totals() : recorded.getOrDefault(partition, LogTotals.NONE);
    }

    /** The share of prompt tokens that a prefix cache can save at most; empty until the plan is known. */
    public OptionalDouble prefixBound() {
        return prefixBound;
    }

    /** What was last written of how it stands. */
    public Outlook outlook() {
        return outlook;
    }

    public void foreseen(Outlook written) {
        outlook = written;
    }

    /** It runs alone on this node, with a window that begins at one; for a suspect, before its job is started. */
    public void runAlone(StartRamp from) {
        ramp = from;
        alone = true;
    }

    /** It was found harmless. */
    public void runBesideOthers() {
        alone = false;
    }

    /** Whether nothing may be claimed beside it. */
    public boolean alone() {
        return alone;
    }

    /** How its window grows; empty for one that begins with all of it. */
    public Optional<StartRamp> ramp() {
        return Optional.ofNullable(ramp);
    }

    /** Of a window of {@code full} calls, what may be open now. */
    int window(int full) {
        StartRamp from = ramp;
        return from == null ? full : from.of(full);
    }

    void opened(int partition, String model, ResultLog log, OutputLengths work) {
        logs.put(partition, log);
        works.put(partition, new OpenWork(model, work));
    }

    /** What is left to do, by model; partitions that were not opened yet are not in it. */
    public List<Demand> demands() {
        return works.values().stream()
                .map(work -> new Demand(id(), work.model, batch.deadline(), work.lengths.remaining()))
                .toList();
    }

    private record OpenWork(String model, OutputLengths lengths) {}

    /** What the log of a partition that is open elsewhere, or not yet here, was last seen to hold. */
    public void recorded(int partition, LogTotals totals) {
        recorded.put(partition, totals);
    }

    /** What the logs of all partitions hold, as far as they were opened or looked at. */
    public LogTotals totals() {
        LogTotals open = logs.values().stream().map(ResultLog::totals).reduce(LogTotals.NONE, LogTotals::plus);
        return recorded.entrySet().stream()
                .filter(elsewhere -> !logs.containsKey(elsewhere.getKey()))
                .map(Map.Entry::getValue)
                .reduce(open, LogTotals::plus);
    }

    /** Notes why the execution fails, for its exit status; the first note counts. */
    public void failed(Throwable cause) {
        String message =
                Optional.ofNullable(cause.getMessage()).orElse(cause.getClass().getSimpleName());
        problem.compareAndSet(null, message);
    }

    /** Why the execution fails, if it does. */
    public Optional<String> whyFailed() {
        return Optional.ofNullable(problem.get());
    }
}
