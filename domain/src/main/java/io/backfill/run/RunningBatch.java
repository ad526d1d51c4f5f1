package io.backfill.run;

import io.backfill.batches.Batch;
import io.backfill.dispatch.AbortSignal;
import io.backfill.dispatch.SendFence;
import io.backfill.ids.BatchId;
import io.backfill.results.LogTotals;
import io.backfill.results.ResultLog;
import java.util.Map;
import java.util.Optional;
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
    private final ConcurrentMap<Integer, ResultLog> logs = new ConcurrentHashMap<>();
    private final AtomicReference<@Nullable String> problem = new AtomicReference<>();
    private volatile int threads;

    /**
     * @param batch as it was claimed; its status may move on
     * @param headers captured from the client, opened
     * @param threads of the batch runtime that it may take while its partitions are not known
     */
    public RunningBatch(Batch batch, Map<String, String> headers, LeaseHold lease, AbortSignal abort, int threads) {
        this.batch = batch;
        this.headers = Map.copyOf(headers);
        this.lease = lease;
        this.abort = abort;
        this.threads = threads;
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

    /** Threads of the batch runtime it takes, or may yet take. */
    public int threads() {
        return threads;
    }

    /** The plan is known: one thread for the job and one for each partition. */
    public void planned(int partitions) {
        threads = 1 + partitions;
    }

    void opened(int partition, ResultLog log) {
        logs.put(partition, log);
    }

    /** What the logs of all partitions opened so far hold. */
    public LogTotals totals() {
        return logs.values().stream().map(ResultLog::totals).reduce(LogTotals.NONE, LogTotals::plus);
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
