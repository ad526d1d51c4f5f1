package io.backfill.run;

import static java.lang.System.Logger.Level.DEBUG;

import io.backfill.dispatch.CallWindow;
import io.backfill.dispatch.DispatchConfig;
import io.backfill.dispatch.DispatchObserver;
import io.backfill.dispatch.DispatchedLineCall;
import io.backfill.dispatch.OutputLengths;
import io.backfill.dispatch.RequestDispatcher;
import io.backfill.files.BlobReader;
import io.backfill.files.FileStore;
import io.backfill.models.Model;
import io.backfill.models.ModelDirectory;
import io.backfill.plan.ModelPlan;
import io.backfill.plan.PlanManifest;
import io.backfill.plan.PlanRanges;
import io.backfill.results.LogTotals;
import io.backfill.results.ResultLog;
import io.backfill.results.ResultLogs;
import io.backfill.traces.BatchTraces;
import java.io.IOException;
import java.util.Collection;
import java.util.Optional;
import java.util.concurrent.Executor;
import java.util.function.IntSupplier;

/** Opens the partitions of running batches. */
public final class PartitionOpener {
    private static final System.Logger LOG = System.getLogger("io.backfill.run");

    /** Window of a model that is no longer configured. Its lines fail as fast as they are read. */
    private static final int UNKNOWN_MODEL_WINDOW = 8;

    /** Number of lines at the end of the plan that are sent longest first, in multiples of the window, up to {@code LONGEST_TAIL}. */
    private static final int WINDOWS_OF_TAIL = 4;

    private static final int LONGEST_TAIL = 4096;

    private final FileStore store;
    private final ResultLogs logs;
    private final ModelDirectory models;
    private final RequestDispatcher chain;
    private final DispatchObserver observer;
    private final BatchTraces traces;
    private final DispatchConfig config;
    private final Executor threads;

    public PartitionOpener(
            FileStore store,
            ResultLogs logs,
            ModelDirectory models,
            RequestDispatcher chain,
            DispatchObserver observer,
            BatchTraces traces,
            DispatchConfig config,
            Executor threads) {
        this.store = store;
        this.logs = logs;
        this.models = models;
        this.chain = chain;
        this.observer = observer;
        this.traces = traces;
        this.config = config;
        this.threads = threads;
    }

    /** Opens a partition in the state in which its last owner left it. If this method throws, everything it opened is closed. */
    public PartitionRun open(RunningBatch running, PlanManifest manifest, int partition) throws IOException {
        ModelPlan plan = manifest.models().get(partition);
        Optional<Model> model = models.find(plan.model());
        IntSupplier windowSize =
                () -> models.find(plan.model()).map(Model::maxInFlight).orElse(UNKNOWN_MODEL_WINDOW);
        int size = windowSize.getAsInt();
        int lanes = Math.min(model.map(Model::lanes).orElse(1), size);
        ResultLog log = logs.open(running.id(), plan, running.logEpoch());
        try {
            logResumption(running, plan, log.totals());
            PlanRanges ranges =
                    PlanRanges.open(store, plan, lanes, log.done(), Math.min(LONGEST_TAIL, WINDOWS_OF_TAIL * size));
            try {
                BlobReader input = store.open(manifest.inputKey());
                OutputLengths work = new OutputLengths(ranges.freshTokens(), ranges.plannedOutput());
                running.opened(partition, plan.model(), log, work);
                DispatchedLineCall call = new DispatchedLineCall(
                        context(running, plan, lanes), input, models, chain, observer, work, config.errorIn200Fails());
                CallWindow window = new CallWindow(
                        running.window(size), config.ahead(), lanes, call, log, running.abort(), threads);
                return new PartitionRun(
                        running,
                        plan.model(),
                        ranges,
                        input,
                        log,
                        window,
                        () -> running.window(windowSize.getAsInt()),
                        config);
            } catch (IOException | RuntimeException e) {
                ranges.close();
                throw e;
            }
        } catch (IOException | RuntimeException e) {
            log.close();
            throw e;
        }
    }

    private static void logResumption(RunningBatch running, ModelPlan plan, LogTotals done) {
        int lines = done.completed() + done.failed();
        if (lines > 0) {
            LOG.log(
                    DEBUG,
                    () -> "Batch %s resumes partition %d of model %s: %d of %d lines have their result"
                            .formatted(running.id(), plan.partition(), plan.model(), lines, plan.entries()));
        }
    }

    /** Records the totals of partitions that are opened later, as read from their checkpoints. */
    public void lookAhead(RunningBatch running, Collection<Integer> later) throws IOException {
        for (int partition : later) {
            running.recorded(partition, logs.newest(running.id(), partition).totals());
        }
    }

    private DispatchedLineCall.Context context(RunningBatch running, ModelPlan plan, int lanes) {
        return new DispatchedLineCall.Context(
                running.id(),
                running.batch().tenant(),
                plan.model(),
                running.batch().spec().endpoint(),
                running.headers(),
                running.abort(),
                running,
                running,
                running.batch().deadline(),
                lanes,
                traces.calls(running.batch(), plan.model(), plan.partition()));
    }
}
