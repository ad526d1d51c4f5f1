package io.backfill.results.s3;

import io.backfill.files.FileStore;
import io.backfill.files.s3.S3Objects;
import io.backfill.ids.BatchId;
import io.backfill.plan.ModelPlan;
import io.backfill.plan.PlanCursor;
import io.backfill.results.Checkpoint;
import io.backfill.results.ResultLog;
import io.backfill.results.ResultLogs;
import java.io.IOException;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.Executor;

/** {@link ResultLogs} in the bucket of an {@link io.backfill.files.s3.S3FileStore}. */
public final class S3ResultLogs implements ResultLogs {
    private final S3Objects objects;
    private final FileStore plans;
    private final S3LogConfig config;
    private final LargeWrites large = new LargeWrites();
    private final Executor threads;
    private final ConcurrentMap<Owned, S3ResultLog> open = new ConcurrentHashMap<>();
    private final FirstSequences sequences = new FirstSequences();

    /**
     * Creates logs in the bucket of {@code objects}.
     *
     * @param plans the store in the same bucket, from which plans are read
     * @param threads starts a virtual thread per task
     */
    public S3ResultLogs(S3Objects objects, FileStore plans, S3LogConfig config, Executor threads) {
        this.objects = objects;
        this.plans = plans;
        this.config = config;
        this.threads = threads;
    }

    private record Owned(String folder, long epoch) {}

    @Override
    public ResultLog open(BatchId batch, ModelPlan plan, long epoch) throws IOException {
        if (epoch < 1) {
            throw new IllegalArgumentException("the epoch of an owner must be at least 1, not " + epoch);
        }
        Owned owned = new Owned(ResultLogs.folder(batch, plan.partition()), epoch);
        S3ResultLog earlier = open.get(owned);
        if (earlier != null) {
            // otherwise it would continue to rewrite the tails that this opening reads
            earlier.close();
        }
        LogObjects log = new LogObjects(objects, owned.folder());
        TailRewrite rewrite = new TailRewrite(log, threads);
        S3LogRecovery recovery = new S3LogRecovery(log, rewrite, lines -> PlanCursor.placesOf(lines, plans, plan));
        S3LogRecovery.Recovered recovered =
                recovery.recover(epoch, used -> sequences.next(owned.folder(), epoch, used));
        log.record(recovered.checkpoint());
        sequences.recorded(owned.folder());
        log.deleteDecided(recovered.seen().tails().stream(), recovered.seen().records().stream());
        S3ResultLog opened = new S3ResultLog(
                log,
                rewrite,
                recovered.checkpoint(),
                FirstSequences.EACH,
                config,
                large,
                threads,
                () -> open.remove(owned));
        open.put(owned, opened);
        return opened;
    }

    @Override
    public Checkpoint newest(BatchId batch, int partition) throws IOException {
        return new LogObjects(objects, ResultLogs.folder(batch, partition)).newest();
    }
}
