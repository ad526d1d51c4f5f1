package io.backfill.wiring;

import static io.backfill.ops.BackfillLog.LOG;

import io.backfill.batches.BatchCatalog;
import io.backfill.batches.BatchLeases;
import io.backfill.batches.WaitingBatches;
import io.backfill.dispatch.AbortCause;
import io.backfill.fair.FairGate;
import io.backfill.fair.LeasedCaps;
import io.backfill.lifecycle.ClaimLoop;
import io.backfill.lifecycle.ExpirySweep;
import io.backfill.lifecycle.JobStarts;
import io.backfill.lifecycle.JobsConfig;
import io.backfill.lifecycle.LeaseRenewer;
import io.backfill.lifecycle.ModelReachability;
import io.backfill.lifecycle.ProgressWriter;
import io.backfill.lifecycle.RetentionSweep;
import io.backfill.lifecycle.SetAsideSweep;
import io.backfill.lifecycle.Solitude;
import io.backfill.lifecycle.VanishedJobSweep;
import io.backfill.models.Model;
import io.backfill.ops.CapacityMetrics;
import io.backfill.ops.DatabaseReserve;
import io.backfill.ops.Metrics;
import io.backfill.ops.Readiness;
import io.backfill.queue.BatchEvents;
import io.backfill.queue.BatchQueue;
import io.backfill.queue.Wakeup;
import io.backfill.retention.JobHistory;
import io.backfill.run.BatchRunner;
import io.backfill.run.JobEndObserver;
import io.backfill.run.RunningBatches;
import jakarta.annotation.PostConstruct;
import jakarta.annotation.PreDestroy;
import jakarta.annotation.Resource;
import jakarta.ejb.Singleton;
import jakarta.ejb.Startup;
import jakarta.ejb.Timeout;
import jakarta.ejb.TimerConfig;
import jakarta.ejb.TimerService;
import jakarta.ejb.TransactionManagement;
import jakarta.ejb.TransactionManagementType;
import jakarta.inject.Inject;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import org.eclipse.microprofile.config.Config;

/**
 * Starts and stops the node's background work. The work starts with the first timer tick, not at construction, because jobs
 * can be started only when the whole EAR is deployed. On SIGTERM a shutdown hook stops claiming and sending at once, in
 * parallel with the server's own suspend; otherwise the claim loop would restart the batches that the server has just
 * stopped.
 */
@Singleton
@Startup
@TransactionManagement(TransactionManagementType.BEAN)
public class NodeLifecycle {
    private static final Duration EVERY_SECOND = Duration.ofSeconds(1);
    private static final Duration QUEUE_REPAIR = Duration.ofMinutes(1);
    /** A sweep walks the whole store, alternating with other nodes. */
    private static final Duration LONGEST_SWEEP = Duration.ofHours(12);

    private static final Duration ENGINE_POLL = Duration.ofMillis(500);
    /** A node acquires a budget for half a second at a time. */
    private static final Duration BUDGET_EXCHANGE = Duration.ofMillis(250);

    /** Names of models in the line that is logged at the end of the start. */
    private static final int SHOWN_MODELS = 10;

    @Inject
    private Config config;

    @Inject
    private BeanProducer beans;

    @Inject
    private BatchCatalog batches;

    @Inject
    private BatchLeases leases;

    @Inject
    private BatchQueue queue;

    @Inject
    private BatchEvents events;

    @Inject
    private RunningBatches running;

    @Inject
    private BatchRunner runner;

    @Inject
    private JobEndObserver jobEndObserver;

    @Inject
    private JobHistory history;

    @Inject
    private WaitingBatches waiting;

    @Inject
    private Metrics metrics;

    @Inject
    private CapacityMetrics capacity;

    @Inject
    private Readiness readiness;

    @Inject
    private InstantSource time;

    @Resource
    private TimerService timers;

    private Node node;
    private ClaimLoop claimLoop;
    private Instant boot;
    private Thread shutdownHook;

    @PostConstruct
    void start() {
        boot = time.instant();
        node = beans.node();
        Solitude solitude = new Solitude(
                leases,
                node.catalogs().supervision(),
                node.catalogs().sweepLeases(),
                running,
                node.owner(),
                node.configs().jobs().lease(),
                beans.nanoTime());
        JobStarts starts = new JobStarts(
                leases,
                queue,
                running,
                runner,
                node.headerKeys(),
                beans.leaseReturns(),
                solitude,
                new JobStarts.Claims(node.owner(), node.configs().jobs().lease(), time, beans.nanoTime()));
        claimLoop = new ClaimLoop(queue, waiting, running, node.places(), solitude, starts, time);
        shutdownHook = Thread.ofPlatform().name("backfill shutdown").unstarted(this::stopSending);
        Runtime.getRuntime().addShutdownHook(shutdownHook);
        timers.createSingleActionTimer(0, new TimerConfig("begin", false));
    }

    @Timeout
    void begin() {
        VirtualThreads threads = beans.threads();
        node.queueAndEvents().upkeep().forEach(pass -> pass.start(threads));
        threads.every(Duration.ofSeconds(2), "readiness", readiness::evaluateOnce);
        threads.every(Duration.ofSeconds(2), "reload", this::reload);
        DatabaseReserve reserve = new DatabaseReserve(node.folder().databases());
        threads.every(Duration.ofMillis(200), "blocks for databases", reserve::renewOnce);
        threads.every(Duration.ofSeconds(5), "metrics", metrics::refreshOnce);
        if (node.role().worksOnBatches()) {
            workOnBatches(threads);
        }
        logWhatIsServed();
    }

    private void logWhatIsServed() {
        String port =
                config.getOptionalValue("BACKFILL_HTTP_PORT", String.class).orElse("8080");
        String address = node.settings().text(Setting.BIND_ADDRESS) + ":" + port;
        String folder = node.folder().root().toString();
        List<String> names = node.models().listed().stream().map(Model::name).toList();
        if (names.isEmpty()) {
            LOG.servesNoModels(address, folder, modelsFile());
        } else {
            String more = names.size() > SHOWN_MODELS ? " and " + (names.size() - SHOWN_MODELS) + " more" : "";
            String shown = String.join(", ", names.subList(0, Math.min(SHOWN_MODELS, names.size())));
            LOG.serves(address, folder, modelsFile(), shown + more);
        }
    }

    private String modelsFile() {
        return node.settings()
                .path(Setting.MODELS_FILE)
                .orElse(node.folder().models())
                .toString();
    }

    private void workOnBatches(VirtualThreads threads) {
        JobsConfig jobs = node.configs().jobs();
        LeaseRenewer renewer = new LeaseRenewer(batches, leases, running, jobs.lease(), time, beans.nanoTime());
        ProgressWriter progress =
                new ProgressWriter(batches, running, node.chain().deadlines());
        SetAsideSweep setAside = new SetAsideSweep(node.catalogs().supervision(), queue);
        ExpirySweep expiry = new ExpirySweep(batches, waiting, queue, time);
        VanishedJobSweep vanished = new VanishedJobSweep(running, runner, jobEndObserver);

        node.caps().ifPresent(caps -> {
            FairGate gate = node.chain().gate();
            Pass shares = threads.every(ENGINE_POLL, "cap shares", () -> {
                caps.exchangeOnce(model -> new LeasedCaps.Load(gate.open(model), gate.waiting(model)));
                gate.look();
            });
            caps.onFirstCall(shares::wake);
        });
        node.budgets().ifPresent(budgets -> {
            Pass exchanges = threads.every(BUDGET_EXCHANGE, "budgets", () -> {
                if (budgets.exchangeOnce()) {
                    node.chain().gate().look();
                }
            });
            budgets.onFirstCall(exchanges::wake);
        });
        // must run before the first execution of this process
        closeInterrupted();
        Pass claims = threads.every(jobs.poll(), "claims", claimLoop::claimOnce);
        node.places().onChange(claims::wake);
        threads.every(QUEUE_REPAIR, "queue repair", waiting::repair);
        threads.every(EVERY_SECOND, "leases", renewer::renewOnce);
        threads.every(EVERY_SECOND, "progress", progress::writeOnce);
        threads.every(EVERY_SECOND, "deadlines", this::assessDeadlines);
        ModelReachability reachability =
                new ModelReachability(node.chain().fleets()::views, node.models()::isListed, beans.nanoTime());
        threads.every(EVERY_SECOND, "reachability of models", reachability::checkOnce);
        threads.every(ENGINE_POLL, "engines", this::pollEngines);
        Pass expiries = threads.every(EVERY_SECOND, "expiry", expiry::sweepOnce);
        threads.every(EVERY_SECOND, "batches to set aside", setAside::sweepOnce);
        threads.every(EVERY_SECOND, "owed leases", beans.leaseReturns()::giveBackOwed);
        threads.every(Duration.ofSeconds(30), "vanished jobs", vanished::sweepOnce);
        threads.every(Duration.ofSeconds(5), "connections", node.sender()::maintain);
        threads.every(Duration.ofSeconds(5), "idle models", this::forgetIdleModels);
        threads.every(Duration.ofSeconds(5), "capacity metrics", capacity::refreshOnce);
        threads.every(Duration.ofSeconds(10), "owner of the store", node.guard()::verifyOnce);
        for (RetentionSweep sweep : Retention.sweeps(node, history, time)) {
            threads.every(sweep.period(), "sweep of " + sweep.kind(), LONGEST_SWEEP, () -> {
                if (node.guard().isVerified()) {
                    sweep.sweepOnce();
                }
            });
        }
        node.pods().jobs().ifPresent(watch -> {
            threads.every(EVERY_SECOND, "watch of Jobs", watch::lookOnce);
            threads.every(Duration.ofMinutes(1), "sweep of Jobs", this::endOrphanedJobs);
        });
        events.subscribe(wakeup -> {
            switch (wakeup) {
                case Wakeup.Work _ -> claims.wake();
                case Wakeup.Cancel cancel ->
                    running.find(cancel.batch()).ifPresentOrElse(renewer::lookForCancel, expiries::wake);
            }
        });
    }

    /** Ends the Jobs of batches that have ended or were deleted. */
    private void endOrphanedJobs() {
        int ended = node.pods()
                .offload()
                .endOrphans(
                        batch -> batches.find(batch)
                                .filter(row -> !row.status().terminal())
                                .isPresent(),
                        Pods.ORPHAN_AGE);
        if (ended > 0) {
            LOG.orphanedJobs(ended);
        }
    }

    /** Marks executions of an earlier process as stopped; they would otherwise appear to be running. */
    private void closeInterrupted() {
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

    private void assessDeadlines() {
        node.chain()
                .deadlines()
                .assessOnce(running.all().stream()
                        .flatMap(held -> held.demands().stream())
                        .toList());
    }

    /** Polls the engines, then lets calls proceed whose token budget has been refilled. */
    private void pollEngines() {
        node.engines().pollOnce();
        node.chain().gate().look();
    }

    private void forgetIdleModels() {
        node.states().forEach(state -> state.forgetIdle(node.models()::isListed));
    }

    private void reload() {
        var models = node.models();
        if (models.reloadIfChanged()) {
            models.problem().ifPresentOrElse(LOG::modelsRefused, () -> {
                LOG.modelsReloaded(modelsFile(), models.listed().size());
                models.deprecation().ifPresent(LOG::modelsDeprecated);
            });
        }
        node.authentication().reload().run();
    }

    /** Stops claiming and sending. The jobs give open calls their grace and end as stopped. */
    private void stopSending() {
        LOG.stops(node.settings().node(), node.configs().dispatch().grace().toString());
        claimLoop.stop();
        running.all().forEach(held -> held.abort().trip(AbortCause.SHUTDOWN));
    }

    @PreDestroy
    void stop() {
        try {
            Runtime.getRuntime().removeShutdownHook(shutdownHook);
            stopSending();
        } catch (IllegalStateException alreadyShuttingDown) {
            LOG.debugf("the shutdown hook has already run");
        }
        try {
            node.caps().ifPresent(caps -> caps.giveBack(node.chain().gate()::open));
        } catch (RuntimeException databaseAway) {
            LOG.debugf("could not release shares of caps, which will expire: %s", databaseAway.getMessage());
        }
    }
}
