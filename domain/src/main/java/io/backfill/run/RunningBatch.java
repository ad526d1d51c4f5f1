package io.backfill.run;

import io.backfill.batches.Batch;
import io.backfill.batches.Outlook;
import io.backfill.dispatch.AbortSignal;
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
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.atomic.AtomicReference;
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
    private final ConcurrentMap<Integer, ModelWork> works = new ConcurrentHashMap<>();
    private final AtomicReference<@Nullable String> problem = new AtomicReference<>();
    private volatile int threads;
    private volatile OptionalDouble prefixBound = OptionalDouble.empty();
    private volatile Outlook outlook;
    private volatile @Nullable StartRamp ramp;
    private volatile boolean alone;

    /**
     * @param batch as it was claimed; its status may move on
     * @param headers captured from the client, opened
     * @param threads of the batch runtime that it may take while its partitions are not known
     */
    public RunningBatch(Batch batch, Map<String, String> headers, LeaseHold lease, AbortSignal abort, int threads) {
        this(
                batch,
                headers,
                lease,
                abort,
                threads,
                LogEpoch.ofNode(batch.lease().epoch()));
    }

    /** One whose logs are opened under {@code logEpoch}; for a pod. */
    public RunningBatch(
            Batch batch, Map<String, String> headers, LeaseHold lease, AbortSignal abort, int threads, long logEpoch) {
        this.batch = batch;
        this.logEpoch = logEpoch;
        this.headers = Map.copyOf(headers);
        this.lease = lease;
        this.abort = abort;
        this.threads = threads;
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

    /** Threads of the batch runtime it takes, or may yet take. */
    public int threads() {
        return threads;
    }

    /** The plan is known: one thread for the job and one for each model. */
    public void planned(PlanManifest manifest) {
        threads = 1 + manifest.distinctModels().size();
        prefixBound = OptionalDouble.of(manifest.prefixBound());
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
        works.put(partition, new ModelWork(model, work));
    }

    /** What is left to do, by model; partitions that were not opened yet are not in it. */
    public List<Demand> demands() {
        return works.values().stream()
                .map(work -> new Demand(id(), work.model, batch.deadline(), work.lengths.remaining()))
                .toList();
    }

    private record ModelWork(String model, OutputLengths lengths) {}

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
