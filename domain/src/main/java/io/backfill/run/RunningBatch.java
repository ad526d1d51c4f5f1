package io.backfill.run;

import io.backfill.batches.Batch;
import io.backfill.batches.BatchStatus;
import io.backfill.batches.Forecast;
import io.backfill.batches.ModelWork;
import io.backfill.batches.Priority;
import io.backfill.batches.Steering;
import io.backfill.dispatch.AbortCause;
import io.backfill.dispatch.AbortSignal;
import io.backfill.dispatch.BatchCallLimit;
import io.backfill.dispatch.CallSteering;
import io.backfill.dispatch.OutputLengths;
import io.backfill.dispatch.SendFence;
import io.backfill.fair.Demand;
import io.backfill.ids.BatchId;
import io.backfill.plan.PlanManifest;
import io.backfill.results.LogEpoch;
import io.backfill.results.LogTotals;
import io.backfill.results.ResultLog;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * A batch whose lease this node holds, from claim to release. State that the artifacts of a job share is kept here rather than in
 * the batch runtime, so that it is discarded together with the lease. Thread-safe.
 */
public final class RunningBatch implements SendFence, CallSteering {
    private static final long NO_EXECUTION = -1;

    private final Batch batch;
    private final Map<String, String> headers;
    private final LeaseHold lease;
    private final AbortSignal abort;
    private final long logEpoch;
    private final BatchProgress progress = new BatchProgress();
    private final AtomicLong admitted = new AtomicLong(NO_EXECUTION);
    private final AtomicReference<@Nullable String> problem = new AtomicReference<>();
    private final Set<String> ended = ConcurrentHashMap.newKeySet();
    private volatile int threads;
    private volatile boolean dispatched;
    private volatile boolean inPods;
    private volatile boolean takenOver;
    private volatile boolean waits;
    private volatile long dispatchedAt;
    /** Lines by model that the batch was claimed for; used until its plan is known. */
    private volatile Map<String, Integer> expected = Map.of();

    private volatile Forecast forecast;
    private volatile Steering steering;
    private volatile boolean spent;
    private final BatchCallLimit callLimit = new BatchCallLimit();
    private volatile @Nullable StartRamp ramp;
    private volatile boolean alone;
    private volatile Consumer<ExitStatus> console = shown -> {};

    /**
     * @param batch as claimed; its status may have changed since
     * @param headers captured from the client, decrypted
     */
    public RunningBatch(Batch batch, Map<String, String> headers, LeaseHold lease, AbortSignal abort) {
        this(batch, headers, lease, abort, LogEpoch.ofNode(batch.lease().epoch()));
    }

    /** Creates a batch whose logs are opened under {@code logEpoch}. Used by pods. */
    public RunningBatch(Batch batch, Map<String, String> headers, LeaseHold lease, AbortSignal abort, long logEpoch) {
        this.batch = batch;
        this.logEpoch = logEpoch;
        this.headers = Map.copyOf(headers);
        this.lease = lease;
        this.abort = abort;
        this.threads = 1;
        this.forecast = batch.forecast();
        this.steering = batch.steering();
        callLimit.set(steering.maxInFlight().orElse(Integer.MAX_VALUE));
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

    /** Returns the epoch under which the logs are opened. */
    public long logEpoch() {
        return logEpoch;
    }

    /**
     * Whether this execution of the batch runtime may work on the batch. The first one that asks may, and no other: operators can
     * start further executions with the same parameters.
     */
    public boolean admits(long execution) {
        return admitted.compareAndSet(NO_EXECUTION, execution) || admitted.get() == execution;
    }

    /** Returns the number of threads of the batch runtime that the batch holds. */
    public int threads() {
        return threads;
    }

    /** Sets the plan. */
    public void planned(PlanManifest manifest) {
        progress.planned(manifest);
    }

    /** Whether the plan is known. */
    public boolean isPlanned() {
        return progress.isPlanned();
    }

    /** Marks the batch as taken over: its last owner did not hand it back, so it keeps its place. */
    public void takenOver() {
        takenOver = true;
    }

    public boolean isTakenOver() {
        return takenOver;
    }

    /**
     * Assigns a place on this node to the batch.
     *
     * @param newThreads number of threads of the batch runtime that it holds
     * @param pods whether the batch runs on the cluster
     */
    public void dispatched(int newThreads, boolean pods, long nanoTime) {
        threads = newThreads;
        inPods = pods;
        if (!dispatched) {
            dispatchedAt = nanoTime;
            dispatched = true;
        }
    }

    /** Sets the lines by model that the batch was claimed for, which are used until its plan is known. */
    public void expects(Map<String, Integer> linesByModel) {
        expected = Map.copyOf(linesByModel);
    }

    public boolean isDispatched() {
        return dispatched;
    }

    boolean inPods() {
        return inPods;
    }

    /** Records that the partition of a model has ended and its thread is free. */
    public void ended(String model) {
        if (ended.add(model) && dispatched && !inPods) {
            threads = Math.max(1, 1 + progress.modelCount() - ended.size());
        }
    }

    DispatchPlace seat() {
        Map<String, Integer> lines =
                isPlanned() ? left().stream().collect(Collectors.toMap(ModelWork::model, ModelWork::lines)) : expected;
        return new DispatchPlace(id(), batch.tenant(), priority(), lines, threads, dispatchedAt, Optional.of(this));
    }

    /** Returns the remaining work by model, as far as the plan is known and the logs have been read. */
    public List<ModelWork> left() {
        return progress.left();
    }

    /** Whether only the result files remain to be created and nothing more is sent. */
    public boolean settles() {
        return batch.status() == BatchStatus.FINALIZING
                || abort.cause().filter(AbortCause::endsBatch).isPresent();
    }

    /** Marks the batch as returning to the queue unchanged because it has no place. */
    public void waits() {
        waits = true;
    }

    /** Whether the execution stops on request rather than because of a failure. */
    public boolean leftOrderly() {
        boolean told = abort.cause()
                .filter(cause ->
                        cause.leavesOpenCalls() || cause == AbortCause.SHUTDOWN || cause == AbortCause.OFFLOAD_REFUSED)
                .isPresent();
        return whyFailed().isEmpty() && (waits || told);
    }

    /** Whether the batch returns to the queue because it has no place. */
    public boolean isWaiting() {
        return waits;
    }

    /** Whether any line has finished since the claim. */
    public boolean hasProgress() {
        LogTotals totals = totals();
        return totals.completed() + totals.failed()
                > batch.counts().completed() + batch.counts().failed();
    }

    /** Returns the maximum share of prompt tokens that a prefix cache can save; empty until the plan is known. */
    public OptionalDouble prefixBound() {
        return progress.prefixBound();
    }

    /** Returns the last recorded forecast. */
    public Forecast forecast() {
        return forecast;
    }

    public void foreseen(Forecast written) {
        forecast = written;
    }

    /** Makes the batch run alone on this node, with a window that starts at one call. Used for suspects, before the job is started. */
    public void runAlone(StartRamp from) {
        ramp = from;
        alone = true;
    }

    /** Lets other batches run beside this one, after it was found to be harmless. */
    public void runBesideOthers() {
        alone = false;
    }

    /** Whether no other batch may be claimed while this one runs. */
    public boolean alone() {
        return alone;
    }

    /** Returns how the window grows; empty if it starts at full size. */
    public Optional<StartRamp> ramp() {
        return Optional.ofNullable(ramp);
    }

    /** Returns how many calls of a window of {@code full} calls may be open now. */
    int window(int full) {
        StartRamp from = ramp;
        int most = Math.min(full, steering.maxInFlight().orElse(full));
        return from == null ? most : Math.min(most, from.of(full));
    }

    /** Follows new orders of the owner. Open calls continue. */
    public void steer(Steering next) {
        if (!next.equals(steering)) {
            steering = next;
            callLimit.set(next.maxInFlight().orElse(Integer.MAX_VALUE));
            logged();
        }
    }

    public Steering steering() {
        return steering;
    }

    @Override
    public Priority priority() {
        return steering.priority();
    }

    @Override
    public BatchCallLimit limit() {
        return callLimit;
    }

    /** Pauses the batch once its logs contain as many tokens as its budget has, unless every line is done. */
    @Override
    public void logged() {
        if (steering.tokenBudget().isPresent()
                && steering.isSpent(totals().usage())
                && isPlanned()
                && !left().isEmpty()) {
            spent = true;
            abort.trip(AbortCause.PAUSE);
        }
    }

    /** Whether the token budget was used up, so that the row is to be paused with that reason. */
    public boolean isSpent() {
        return spent;
    }

    /**
     * Whether no line may be sent yet because the tokens that count against the budget are not all known: the log of a partition
     * with lines left was not opened yet, and may contain lines that no checkpoint lists.
     */
    boolean awaitsLogs() {
        return steering.tokenBudget().isPresent() && !progress.isRead();
    }

    void opened(int partition, String model, ResultLog log, OutputLengths work) {
        progress.opened(partition, model, log, work);
        logged();
    }

    /** Returns the remaining work by model. Partitions that have not been opened yet are not included. */
    public List<Demand> demands() {
        return progress.demands(id(), batch.deadline());
    }

    /** Records the last known totals of a partition whose log is open elsewhere or not open yet. */
    public void recorded(int partition, LogTotals totals) {
        progress.recorded(partition, totals);
    }

    /** Returns the totals of all partitions, as far as their logs have been opened or read. */
    public LogTotals totals() {
        return progress.totals();
    }

    /** Sets what shows the progress of the execution to operators. It must be fast, and is called by several threads. */
    public void showProgressOn(Consumer<ExitStatus> newConsole) {
        console = newConsole;
    }

    /** Shows how many lines are done: {@code batch_… RUNNING 120/200 done, 3 errors}. To be called while a partition is open. */
    public void showProgress() {
        console.accept(new ExitStatus(id() + " RUNNING " + progress.shown(plan -> true)));
    }

    /** Returns an exit status for the partition of a model while it runs: {@code MODEL 60/100 done, 1 errors}. */
    public ExitStatus progressOf(String model) {
        return new ExitStatus(model + " " + progress.shown(plan -> plan.model().equals(model)));
    }

    /** Records why the execution failed, for its exit status. Only the first call has an effect. */
    public void failed(Throwable cause) {
        String message =
                Optional.ofNullable(cause.getMessage()).orElse(cause.getClass().getSimpleName());
        problem.compareAndSet(null, message);
    }

    /** Returns why the execution failed, if it did. */
    public Optional<String> whyFailed() {
        return Optional.ofNullable(problem.get());
    }
}
