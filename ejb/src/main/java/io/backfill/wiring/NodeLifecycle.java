package io.backfill.wiring;

import static io.backfill.ops.BackfillLog.LOG;

import io.backfill.dispatch.AbortCause;
import io.backfill.lifecycle.ClaimLoop;
import io.backfill.lifecycle.JobStarter;
import io.backfill.lifecycle.SuspectIsolation;
import io.backfill.models.Model;
import io.backfill.ops.DatabaseBlockReserve;
import io.backfill.ops.Readiness;
import io.backfill.queue.BatchQueue;
import io.backfill.retention.JobHistory;
import io.backfill.run.BatchRunner;
import io.backfill.run.JobEndObserver;
import io.backfill.run.RunningBatches;
import jakarta.annotation.PostConstruct;
import jakarta.annotation.PreDestroy;
import jakarta.annotation.Resource;
import jakarta.ejb.EJB;
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
import java.util.function.LongSupplier;
import org.eclipse.microprofile.config.Config;

/**
 * Starts and stops the node's background work. The work starts with the first timer tick, not at construction, because jobs
 * can be started only when the whole EAR is deployed. While the server is suspended nothing is claimed or sent. On SIGTERM a shutdown hook stops claiming and sending at once, in
 * parallel with the server's own suspend; otherwise the claim loop would restart the batches that the server has just
 * stopped.
 */
@Singleton
@Startup
@TransactionManagement(TransactionManagementType.BEAN)
public class NodeLifecycle {
    /** Names of models in the line that is logged at the end of the start. */
    private static final int SHOWN_MODELS = 10;

    /** How long a job may take to store the last results, once no call is open. */
    private static final Duration AFTER_GRACE = Duration.ofSeconds(5);

    @Inject
    private Config config;

    @Inject
    private StartedNode started;

    /**
     * By name, as is the history. An injection by type would need a dependency on the module of the jobs, and the server lists every
     * job once more for each module that can see it.
     */
    @EJB(lookup = "java:app/batch-jobs/JobOperatorRunner!io.backfill.run.BatchRunner")
    private BatchRunner runner;

    @Inject
    private JobEndObserver jobEndObserver;

    @EJB(lookup = "java:app/batch-jobs/JdbcJobHistory!io.backfill.retention.JobHistory")
    private JobHistory history;

    @Inject
    private Readiness readiness;

    @Resource
    private TimerService timers;

    private Node node;
    private ClaimLoop claimLoop;
    private Instant boot;
    private Thread shutdownHook;
    private final ServerSuspension suspension = new ServerSuspension();
    private boolean stopping;
    private volatile long stopBy;
    private boolean serverWasShown;

    @PostConstruct
    void start() {
        serverWasShown = ServerChecks.serverIsShown();
        node = started.node();
        boot = node.timeAndIds().time().instant();
        claimLoop = claimLoop();
        shutdownHook = Thread.ofPlatform().name("backfill shutdown").unstarted(this::shutDown);
        Runtime.getRuntime().addShutdownHook(shutdownHook);
        timers.createSingleActionTimer(0, new TimerConfig("begin", false));
    }

    private ClaimLoop claimLoop() {
        Catalogs catalogs = node.backends().catalogs();
        BatchQueue queue = node.backends().queueAndEvents().queue();
        RunningBatches running = node.work().running();
        InstantSource time = node.timeAndIds().time();
        LongSupplier nanoTime = node.timeAndIds().nanoTime();
        Duration lease = node.setup().configs().jobs().lease();
        SuspectIsolation isolation = new SuspectIsolation(
                catalogs.leases(),
                catalogs.supervision(),
                catalogs.sweepLeases(),
                running,
                node.setup().owner(),
                lease,
                nanoTime);
        JobStarter starts = new JobStarter(
                catalogs.leases(),
                queue,
                running,
                runner,
                node.access().headerKeys(),
                node.work().leaseReturns(),
                isolation,
                node.traces(),
                new JobStarter.Claims(node.setup().owner(), lease, time, nanoTime));
        return new ClaimLoop(queue, catalogs.waiting(), running, node.work().places(), isolation, starts, time);
    }

    @Timeout
    void begin() {
        if (!serverWasShown && !serverHasWhatIsNeeded()) {
            return;
        }
        NodeThreads threads = node.threads();
        node.backends().queueAndEvents().upkeep().forEach(pass -> pass.start(threads));
        threads.every(Duration.ofSeconds(2), "readiness", readiness::evaluateOnce);
        threads.every(Duration.ofSeconds(2), "reload", this::reload);
        threads.every(Duration.ofMillis(200), "suspension of the server", this::followServer);
        DatabaseBlockReserve reserve =
                new DatabaseBlockReserve(node.setup().folder().databases());
        threads.every(Duration.ofMillis(200), "blocks for databases", reserve::renewOnce);
        threads.every(Duration.ofSeconds(5), "metrics", node.metrics().batches()::refreshOnce);
        node.webhooks().start(threads);
        if (node.setup().role().worksOnBatches()) {
            new BatchPasses(node, runner, jobEndObserver, history).start(claimLoop, boot);
        }
        logWhatIsServed();
    }

    /** Checks the server after its boot. A node that cannot work begins nothing and never becomes ready. */
    private boolean serverHasWhatIsNeeded() {
        try {
            ServerChecks.checkServer(node.setup());
            return true;
        } catch (IllegalStateException lacks) {
            started.refuse(lacks);
            return false;
        }
    }

    private void logWhatIsServed() {
        String address = new ServerModel().httpAddress().orElseGet(this::configuredAddress);
        String folder = node.setup().folder().root().toString();
        String file = node.setup().modelsFile().toString();
        List<String> names =
                node.backends().models().listed().stream().map(Model::name).toList();
        if (names.isEmpty()) {
            LOG.servesNoModels(address, folder, file);
        } else {
            String more = names.size() > SHOWN_MODELS ? " and " + (names.size() - SHOWN_MODELS) + " more" : "";
            String shown = String.join(", ", names.subList(0, Math.min(SHOWN_MODELS, names.size())));
            LOG.serves(address, folder, file, shown + more);
        }
    }

    private String configuredAddress() {
        String port =
                config.getOptionalValue("BACKFILL_HTTP_PORT", String.class).orElse("8080");
        return node.setup().settings().text(Setting.BIND_ADDRESS) + ":" + port;
    }

    private void reload() {
        var models = node.backends().models();
        if (models.reloadIfChanged()) {
            models.problem().ifPresentOrElse(LOG::modelsRefused, () -> {
                LOG.modelsReloaded(
                        node.setup().modelsFile().toString(), models.listed().size());
                models.deprecation().ifPresent(LOG::modelsDeprecated);
            });
        }
        node.access().authentication().reload().run();
    }

    /** Works only while the server is not suspended: the batches return to the queue, and go on here after it was resumed. */
    private void followServer() {
        boolean suspended = suspension.isSuspended();
        if (claimLoop.pause(suspended)) {
            LOG.debugf(suspended ? "the server is suspended: no batch is claimed" : "the server is resumed");
        }
        if (suspended) {
            stopSending();
            // the server waits for open requests before it counts as suspended
            node.access().feeds().followers().cutAll();
        }
    }

    /** Stops claiming for good, and sending. The hook and the server may both call it, in any order; the first call counts. */
    private synchronized void shutDown() {
        if (stopping) {
            return;
        }
        stopping = true;
        Setup setup = node.setup();
        LOG.stops(setup.settings().node(), setup.configs().dispatch().grace().toString());
        stopBy = node.timeAndIds().nanoTime().getAsLong()
                + setup.configs().dispatch().grace().plus(AFTER_GRACE).toNanos();
        claimLoop.stop();
        stopSending();
        node.access().feeds().followers().close();
    }

    /** Stops sending. The jobs give open calls their grace and end as stopped. */
    private void stopSending() {
        node.work().running().all().forEach(held -> held.abort().trip(AbortCause.SHUTDOWN));
    }

    /**
     * Stops, waits for the jobs, and then ends the node. All of it happens here: after this method the server ends what the jobs and the
     * background passes use.
     */
    @PreDestroy
    void stop() {
        try {
            Runtime.getRuntime().removeShutdownHook(shutdownHook);
        } catch (IllegalStateException alreadyShuttingDown) {
            LOG.debugf("the shutdown hook runs, or has run");
        }
        shutDown();
        awaitJobs();
        try {
            Sending sending = node.sending();
            sending.caps().ifPresent(caps -> caps.giveBack(sending.chain().gate()::open));
        } catch (RuntimeException databaseAway) {
            LOG.debugf("could not release shares of caps, which will expire: %s", databaseAway.getMessage());
        }
        started.close();
    }

    private void awaitJobs() {
        RunningBatches running = node.work().running();
        try {
            if (!running.awaitNone(
                    Duration.ofNanos(stopBy - node.timeAndIds().nanoTime().getAsLong()))) {
                LOG.stoppedTooEarly(running.all().size());
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
