package io.backfill.worker;

import io.backfill.admission.HeapBudget;
import io.backfill.admission.NodeCapacity;
import io.backfill.answers.spool.SpoolFolder;
import io.backfill.answers.spool.SpoolPace;
import io.backfill.dispatch.AbortCause;
import io.backfill.dispatch.AbortSignal;
import io.backfill.dispatch.DispatchObserver;
import io.backfill.dispatch.chain.DispatchChain;
import io.backfill.dispatch.http.HttpDispatcher;
import io.backfill.dispatch.metrics.EngineMetricsPoller;
import io.backfill.fair.Budgets;
import io.backfill.fair.CapShares;
import io.backfill.fair.DeadlineWatch;
import io.backfill.fair.TenantShares;
import io.backfill.files.directory.FreeSpaceFloor;
import io.backfill.results.Checkpoint;
import io.backfill.results.LogEpoch;
import io.backfill.results.LogTotals;
import io.backfill.run.LeaseHold;
import io.backfill.run.PartitionOpener;
import io.backfill.run.RunningBatch;
import io.backfill.run.RunningBatches;
import io.backfill.storage.Storage;
import io.backfill.traces.BatchTraces;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** One attempt to run a shard: opens its log, runs the job, and checks whether all lines have results. */
final class ShardRun {
    private static final Duration LOOK_AT_ENGINES = Duration.ofMillis(500);
    private static final Duration MAINTAIN_CONNECTIONS = Duration.ofSeconds(5);
    private static final Duration TELL_PROGRESS = Duration.ofSeconds(30);

    private final PodSettings settings;
    private final Storage store;
    private final Shard shard;
    private final AbortSignal abort;
    private final JsonLines log;
    private final Clocks clocks;
    private final CallCounts calls = new CallCounts();
    private volatile @Nullable ShardJob job;

    ShardRun(PodSettings settings, Storage store, Shard shard, AbortSignal abort, JsonLines log, Clocks clocks) {
        this.settings = settings;
        this.store = store;
        this.shard = shard;
        this.abort = abort;
        this.log = log;
        this.clocks = clocks;
    }

    /**
     * Runs until the shard is complete or the attempt is aborted.
     *
     * @param askedAt nano time before the newest checkpoint was requested from the store
     */
    ExitCode run(long askedAt, Path temporary, ExecutorService threads) throws PodFailure, InterruptedException {
        PodModels models = PodModels.read(shard.manifest(), temporary);
        Map<String, String> headers = PodHeaders.open(shard.manifest(), settings.sealKey(), temporary);
        RunningBatch running = new RunningBatch(
                shard.batch(), headers, new LeaseHold(clocks.nanoTime(), askedAt, ShardFence.LENGTH), abort, epoch());
        log.context("epoch", running.logEpoch());
        RunningBatches batches = new RunningBatches();
        batches.add(running);
        try (BatchTraces traces = PodTracing.start(settings.tracing(), clocks.nanoTime());
                ScheduledThreadPoolExecutor timer = timer();
                HttpDispatcher sender = new HttpDispatcher(
                        settings.http(), timer, Optional.of(spools(temporary)), clocks.time(), clocks.nanoTime());
                Upkeep upkeep = new Upkeep(log)) {
            Budgets budgets = Budgets.ofOneNode(clocks.nanoTime());
            DispatchObserver observer = calls.andUsed(budgets::used);
            // without a bulkhead: the gate enforces the pod's share of the cap and the pod's memory
            DispatchChain chain = DispatchChain.of(
                    DispatchChain.inner(sender, observer, clocks.nanoTime()),
                    models,
                    observer,
                    TenantShares.EQUAL,
                    CapShares.WHOLE,
                    budgets,
                    new DeadlineWatch(clocks.time(), clocks.nanoTime()),
                    NodeCapacity.ofOneModel(
                            shard.slots(), HeapBudget.ofThisProcess().bytes()),
                    (task, nanos) -> timer.schedule(() -> threads.execute(task), nanos, TimeUnit.NANOSECONDS),
                    clocks.nanoTime());
            begin(upkeep, running, sender, chain, threads);
            PartitionOpener partitions = new PartitionOpener(
                    store.store(),
                    store.logs(),
                    models,
                    chain.first(),
                    chain.observer(),
                    traces,
                    settings.dispatch(),
                    threads);
            Optional<Exception> failure =
                    execute(new PodBeans(store.store(), batches, partitions, settings.dispatch()));
            return end(running, failure);
        }
    }

    private SpoolFolder spools(Path temporary) throws PodFailure {
        Path folder = temporary.resolve("spool");
        try {
            return SpoolFolder.open(
                    folder,
                    new FreeSpaceFloor(folder, 0),
                    settings.spoolBytes(),
                    SpoolPace.unlimited(System::nanoTime));
        } catch (IOException e) {
            throw new PodFailure(
                    ExitCode.CONFIGURATION,
                    "cannot use the folder for temporary files; mount a writable volume at /tmp: " + e.getMessage(),
                    e);
        }
    }

    private long epoch() throws PodFailure {
        try {
            return LogEpoch.ofPod(shard.manifest().epoch(), shard.newest().epoch(), ThreadLocalRandom.current());
        } catch (IllegalStateException late) {
            throw new PodFailure(ExitCode.TEMPORARY, String.valueOf(late.getMessage()), late);
        }
    }

    private static ScheduledThreadPoolExecutor timer() {
        ScheduledThreadPoolExecutor timer = new ScheduledThreadPoolExecutor(
                1, Thread.ofPlatform().daemon().name("time-outs").factory());
        timer.setRemoveOnCancelPolicy(true);
        timer.setExecuteExistingDelayedTasksAfterShutdownPolicy(false);
        return timer;
    }

    private void begin(
            Upkeep upkeep, RunningBatch running, HttpDispatcher sender, DispatchChain chain, ExecutorService threads) {
        EngineMetricsPoller engines =
                new EngineMetricsPoller(chain.fleets(), threads, chain.gate()::look, clocks.nanoTime());
        ShardFence fence = new ShardFence(store.logs(), running, settings.partition(), log, clocks.nanoTime());
        upkeep.every(ShardFence.PERIOD, "fence", fence::lookOnce);
        upkeep.every(LOOK_AT_ENGINES, "engines", () -> {
            engines.pollOnce();
            chain.gate().look();
        });
        upkeep.every(MAINTAIN_CONNECTIONS, "connections", sender::maintain);
        upkeep.every(TELL_PROGRESS, "progress", () -> log.info("shard runs", counts(running.totals())));
        upkeep.after(
                Duration.between(clocks.time().instant(), shard.manifest().deadline()),
                "deadline",
                () -> abort.trip(AbortCause.DEADLINE));
    }

    private Optional<Exception> execute(PodBeans beans) throws InterruptedException {
        try (ShardJob started =
                ShardJob.start(beans, settings.batch(), shard.manifest().epoch(), settings.partition())) {
            job = started;
            if (abort.isTripped()) {
                started.stop();
            }
            started.awaitEnd();
            return started.failure();
        } finally {
            job = null;
        }
    }

    /** Stops the runtime's job because the cluster terminates this pod. Returns at once. */
    void stop() {
        ShardJob running = job;
        if (running != null) {
            running.stop();
        }
    }

    private ExitCode end(RunningBatch running, Optional<Exception> failure) throws PodFailure {
        Checkpoint newest;
        try {
            newest = store.logs().newest(settings.batch(), settings.partition());
        } catch (IOException | RuntimeException e) {
            throw PodFailure.ofStore("cannot read whether the shard is complete", e);
        }
        Map<String, Object> fields = counts(newest.totals());
        fields.putAll(ProcessUse.fields());
        if (shard.complete(newest)) {
            log.info("shard is complete", fields);
            return ExitCode.COMPLETE;
        }
        log.info("shard is not complete", fields);
        throw new ShardFailure(abort.cause(), failure, running.whyFailed()).toPodFailure();
    }

    private Map<String, Object> counts(LogTotals totals) {
        Map<String, Object> counts = new LinkedHashMap<>();
        counts.put("done", totals.completed() + totals.failed());
        counts.put("total", shard.part().entries());
        counts.put("failed", totals.failed());
        counts.put("calls", calls.sent());
        counts.put("retries", calls.retried());
        return counts;
    }
}
