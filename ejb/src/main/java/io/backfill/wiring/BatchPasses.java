package io.backfill.wiring;

import static io.backfill.ops.BackfillLog.LOG;

import io.backfill.batches.BatchCatalog;
import io.backfill.dispatch.chain.DispatchChain;
import io.backfill.dispatch.metrics.EngineMetricsPoller;
import io.backfill.fair.FairGate;
import io.backfill.fair.LeasedCaps;
import io.backfill.ids.BatchId;
import io.backfill.lifecycle.ClaimLoop;
import io.backfill.lifecycle.ExpirySweep;
import io.backfill.lifecycle.JobsConfig;
import io.backfill.lifecycle.LeaseRenewer;
import io.backfill.lifecycle.ModelReachability;
import io.backfill.lifecycle.ProgressWriter;
import io.backfill.lifecycle.RetentionSweep;
import io.backfill.lifecycle.SetAsideBatchSweep;
import io.backfill.lifecycle.SpentBudgets;
import io.backfill.lifecycle.VanishedExecutionSweep;
import io.backfill.queue.BatchQueue;
import io.backfill.queue.Wakeup;
import io.backfill.retention.JobHistory;
import io.backfill.run.BatchRunner;
import io.backfill.run.JobEndObserver;
import io.backfill.run.RunningBatches;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.function.LongSupplier;
import java.util.function.Predicate;

/**
 * The background passes of a node that works on batches.
 *
 * @param jobEndObserver notified of the end of executions that vanished
 */
record BatchPasses(Node node, BatchRunner runner, JobEndObserver jobEndObserver, JobHistory history) {
    private static final Duration EVERY_SECOND = Duration.ofSeconds(1);
    private static final Duration QUEUE_REPAIR = Duration.ofMinutes(1);
    /** A sweep walks the whole store, alternating with other nodes. */
    private static final Duration LONGEST_SWEEP = Duration.ofHours(12);

    private static final Duration ENGINE_POLL = Duration.ofMillis(500);
    /** A node acquires a budget for half a second at a time. */
    private static final Duration BUDGET_EXCHANGE = Duration.ofMillis(250);

    /**
     * Starts all passes.
     *
     * @param claimLoop claims batches
     * @param boot when this process started
     */
    void start(ClaimLoop claimLoop, Instant boot) {
        NodeThreads threads = node.threads();
        Backends backends = node.backends();
        RunningBatches running = node.work().running();
        InstantSource time = node.timeAndIds().time();
        LongSupplier nanoTime = node.timeAndIds().nanoTime();
        DispatchChain chain = node.sending().chain();
        FairGate gate = chain.gate();
        Catalogs catalogs = backends.catalogs();
        BatchCatalog batches = catalogs.batches();
        BatchQueue queue = backends.queueAndEvents().queue();
        JobsConfig jobs = node.setup().configs().jobs();
        LeaseRenewer renewer = new LeaseRenewer(batches, catalogs.leases(), running, jobs.lease(), time, nanoTime);
        ProgressWriter progress = new ProgressWriter(batches, running, chain.deadlines());
        SetAsideBatchSweep setAside = new SetAsideBatchSweep(catalogs.supervision(), queue);
        ExpirySweep expiry = new ExpirySweep(batches, catalogs.waiting(), queue, time);
        VanishedExecutionSweep vanished = new VanishedExecutionSweep(running, runner, jobEndObserver);

        startExchanges(gate);
        // must run before the first execution of this process
        closeInterrupted(boot);
        BackgroundPass claims = threads.every(jobs.poll(), "claims", claimLoop::claimOnce);
        node.work().places().onChange(claims::wake);
        threads.every(QUEUE_REPAIR, "queue repair", catalogs.waiting()::repair);
        threads.every(EVERY_SECOND, "leases", renewer::renewOnce);
        SpentBudgets spent = new SpentBudgets(catalogs.steering(), running);
        threads.every(EVERY_SECOND, "token budgets", spent::pauseAll);
        threads.every(EVERY_SECOND, "progress", progress::writeOnce);
        threads.every(
                EVERY_SECOND,
                "deadlines",
                () -> chain.deadlines()
                        .assessOnce(running.all().stream()
                                .flatMap(held -> held.demands().stream())
                                .toList()));
        Predicate<String> listed = backends.models()::isListed;
        ModelReachability reachability = new ModelReachability(chain.fleets()::views, listed, nanoTime);
        threads.every(EVERY_SECOND, "reachability of models", reachability::checkOnce);
        EngineMetricsPoller engines = new EngineMetricsPoller(chain.fleets(), threads.tasks(), gate::look, nanoTime);
        threads.every(ENGINE_POLL, "engines", () -> {
            engines.pollOnce();
            // lets calls proceed whose token budget has been refilled
            gate.look();
        });
        BackgroundPass expiries = threads.every(EVERY_SECOND, "expiry", expiry::sweepOnce);
        threads.every(EVERY_SECOND, "batches to set aside", setAside::sweepOnce);
        threads.every(EVERY_SECOND, "owed leases", node.work().leaseReturns()::giveBackOwed);
        threads.every(Duration.ofSeconds(30), "vanished jobs", vanished::sweepOnce);
        threads.every(Duration.ofSeconds(5), "connections", node.sending().sender()::maintain);
        threads.every(
                Duration.ofSeconds(5),
                "idle models",
                () -> node.sending().states().forEach(state -> state.forgetIdle(listed)));
        threads.every(Duration.ofSeconds(5), "capacity metrics", node.metrics().replicas()::refreshOnce);
        threads.every(Duration.ofSeconds(10), "owner of the store", backends.guard()::verifyOnce);
        for (RetentionSweep sweep : Retention.sweeps(node, history)) {
            threads.every(sweep.period(), "sweep of " + sweep.kind(), LONGEST_SWEEP, () -> {
                if (backends.guard().isVerified()) {
                    sweep.sweepOnce();
                }
            });
        }
        node.work().pods().jobs().ifPresent(watch -> {
            threads.every(EVERY_SECOND, "watch of Jobs", watch::lookOnce);
            threads.every(Duration.ofMinutes(1), "sweep of Jobs", this::endOrphanedJobs);
        });
        backends.queueAndEvents().events().subscribe(wakeup -> {
            switch (wakeup) {
                case Wakeup.Work _ -> claims.wake();
                case Wakeup.Order order ->
                    running.find(order.batch()).ifPresentOrElse(renewer::lookForOrder, expiries::wake);
            }
        });
    }

    /** Starts the passes that exchange caps and budgets with other nodes. */
    private void startExchanges(FairGate gate) {
        NodeThreads threads = node.threads();
        node.sending().caps().ifPresent(caps -> {
            BackgroundPass shares = threads.every(ENGINE_POLL, "cap shares", () -> {
                caps.exchangeOnce(model -> new LeasedCaps.Load(gate.open(model), gate.waiting(model)));
                gate.look();
            });
            caps.onFirstCall(shares::wake);
        });
        node.sending().budgets().ifPresent(budgets -> {
            BackgroundPass exchanges = threads.every(BUDGET_EXCHANGE, "budgets", () -> {
                if (budgets.exchangeOnce()) {
                    gate.look();
                }
            });
            budgets.onFirstCall(exchanges::wake);
        });
    }

    /** Ends the Jobs of batches that have ended or were deleted. */
    private void endOrphanedJobs() {
        BatchCatalog batches = node.backends().catalogs().batches();
        Predicate<BatchId> alive = batch ->
                batches.find(batch).filter(row -> !row.status().terminal()).isPresent();
        int ended = node.work().pods().offload().endOrphans(alive, Pods.ORPHAN_AGE);
        if (ended > 0) {
            LOG.orphanedJobs(ended);
        }
    }

    /** Marks executions of an earlier process as stopped; they would otherwise appear to be running. */
    private void closeInterrupted(Instant boot) {
        try {
            int closed = history.closeInterrupted(boot);
            if (closed > 0) {
                LOG.interruptedClosed(closed);
            }
        } catch (RuntimeException | Error e) {
            // a failure must not keep begin() from starting the passes that follow
            LOG.passFailed("marking executions of earlier processes as stopped", String.valueOf(e.getMessage()), e);
        }
    }
}
