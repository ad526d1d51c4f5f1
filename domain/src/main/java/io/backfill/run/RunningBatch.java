package io.backfill.run;

import io.backfill.batches.Batch;
import io.backfill.dispatch.AbortSignal;
import io.backfill.dispatch.SendFence;
import io.backfill.ids.BatchId;
import io.backfill.results.LogTotals;
import io.backfill.results.ResultLog;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;

/**
 * A batch whose lease this node holds, from claim to release. What the job's artifacts share lives here, not in the batch
 * runtime: it is gone when the lease is.
 *
 * @param batch as it was claimed; its status may have moved on
 * @param headers captured from the client, opened
 */
public record RunningBatch(
        Batch batch,
        Map<String, String> headers,
        LeaseHold lease,
        AbortSignal abort,
        ConcurrentMap<Integer, ResultLog> logs)
        implements SendFence {

    public RunningBatch(Batch batch, Map<String, String> headers, LeaseHold lease, AbortSignal abort) {
        this(batch, Map.copyOf(headers), lease, abort, new ConcurrentHashMap<>());
    }

    public BatchId id() {
        return batch.id();
    }

    public long epoch() {
        return batch.lease().epoch();
    }

    @Override
    public boolean maySend() {
        return lease.valid();
    }

    /** What the logs of all partitions opened so far hold. Grows, apart from the moment before the first partition is open. */
    public LogTotals totals() {
        return logs.values().stream().map(ResultLog::totals).reduce(LogTotals.NONE, LogTotals::plus);
    }
}
