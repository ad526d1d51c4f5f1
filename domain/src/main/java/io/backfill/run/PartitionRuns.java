package io.backfill.run;

import io.backfill.dispatch.CallWindow;
import io.backfill.dispatch.DispatchConfig;
import io.backfill.dispatch.DispatchedLineCall;
import io.backfill.dispatch.RequestDispatcher;
import io.backfill.files.BlobReader;
import io.backfill.files.FileStore;
import io.backfill.models.Model;
import io.backfill.models.ModelDirectory;
import io.backfill.plan.ModelPlan;
import io.backfill.plan.PlanCursor;
import io.backfill.plan.PlanManifest;
import io.backfill.results.ResultLog;
import io.backfill.results.ResultLogs;
import java.io.IOException;
import java.util.concurrent.Executor;

/** Opens the partitions of running batches. */
public final class PartitionRuns {
    /** Window of a model that is not configured any more: its lines fail as fast as they are read. */
    private static final int UNKNOWN_MODEL_WINDOW = 8;

    private final FileStore store;
    private final ResultLogs logs;
    private final ModelDirectory models;
    private final RequestDispatcher chain;
    private final DispatchConfig config;
    private final Executor threads;

    public PartitionRuns(
            FileStore store,
            ResultLogs logs,
            ModelDirectory models,
            RequestDispatcher chain,
            DispatchConfig config,
            Executor threads) {
        this.store = store;
        this.logs = logs;
        this.models = models;
        this.chain = chain;
        this.config = config;
        this.threads = threads;
    }

    /** Opens a partition where its last owner left it. What it took is closed again when this throws. */
    public PartitionRun open(RunningBatch running, PlanManifest manifest, int partition) throws IOException {
        ModelPlan plan = manifest.models().get(partition);
        ResultLog log = logs.open(running.id(), plan, running.epoch());
        try {
            PlanCursor cursor = PlanCursor.open(store, plan);
            try {
                BlobReader input = store.open(manifest.inputKey());
                running.opened(partition, log);
                CallWindow window = window(running, plan, input, log);
                return new PartitionRun(running, cursor, input, log, window, config);
            } catch (IOException | RuntimeException e) {
                cursor.close();
                throw e;
            }
        } catch (IOException | RuntimeException e) {
            log.close();
            throw e;
        }
    }

    private CallWindow window(RunningBatch running, ModelPlan plan, BlobReader input, ResultLog log) {
        DispatchedLineCall.Context context = new DispatchedLineCall.Context(
                running.id(),
                running.batch().tenant(),
                plan.model(),
                running.batch().spec().endpoint(),
                running.headers(),
                running.abort(),
                running);
        int size = models.find(plan.model()).map(Model::maxInFlight).orElse(UNKNOWN_MODEL_WINDOW);
        return new CallWindow(
                size,
                config.ahead(),
                new DispatchedLineCall(context, input, models, chain),
                log,
                running.abort(),
                threads);
    }
}
