package io.backfill.wiring;

import static io.backfill.ops.BackfillLog.LOG;

import io.backfill.batches.BatchCatalog;
import io.backfill.batches.BatchConfig;
import io.backfill.batches.BatchLeases;
import io.backfill.batches.BatchLifecycle;
import io.backfill.batches.WaitingBatches;
import io.backfill.dispatch.DispatchConfig;
import io.backfill.door.FrontDoor;
import io.backfill.errors.BackfillException;
import io.backfill.errors.ErrorCode;
import io.backfill.files.FileCatalog;
import io.backfill.files.FileConfig;
import io.backfill.files.FileStore;
import io.backfill.files.UploadCatalog;
import io.backfill.ids.IdGenerator;
import io.backfill.k8s.KubernetesCluster;
import io.backfill.k8s.KubernetesShardJobs;
import io.backfill.lifecycle.BatchHandback;
import io.backfill.lifecycle.LeaseReturns;
import io.backfill.models.ModelDirectory;
import io.backfill.offload.Offload;
import io.backfill.ops.CapacityMetrics;
import io.backfill.ops.Metrics;
import io.backfill.ops.Readiness;
import io.backfill.plan.Planner;
import io.backfill.queue.BatchEvents;
import io.backfill.queue.BatchQueue;
import io.backfill.results.ResultLogs;
import io.backfill.run.DispatchPlaces;
import io.backfill.run.JobEndObserver;
import io.backfill.run.PartitionOpener;
import io.backfill.run.PassWatch;
import io.backfill.run.RunningBatches;
import io.backfill.service.BatchOperations;
import io.backfill.service.BatchService;
import io.backfill.service.FileService;
import io.backfill.service.UploadService;
import io.backfill.tenants.Authenticator;
import io.backfill.tenants.auth.BrowserGuard;
import io.backfill.tenants.auth.MetricsAccess;
import jakarta.annotation.PostConstruct;
import jakarta.annotation.PreDestroy;
import jakarta.annotation.Resource;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.inject.Produces;
import jakarta.inject.Inject;
import jakarta.inject.Singleton;
import jakarta.persistence.EntityManagerFactory;
import jakarta.persistence.PersistenceUnit;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.function.LongSupplier;
import javax.sql.DataSource;
import org.eclipse.microprofile.config.Config;

/** Builds the node from its settings and exposes its parts as beans. */
@ApplicationScoped
public class BeanProducer {
    /** System property of a server that runs only this application: a failed start ends the process. */
    private static final String HALT = "io.backfill.halt-on-failed-start";

    private static final int EXIT_REFUSED = 2;

    /** Less than the time-out of the probes that the chart sets. */
    private static final Duration READINESS_PATIENCE = Duration.ofSeconds(3);

    @Inject
    private Config config;

    @Resource(lookup = "java:jboss/datasources/Backfill")
    private DataSource database;

    @PersistenceUnit(unitName = "backfill")
    private EntityManagerFactory entityManagers;

    private final TimeAndIds timeAndIds = new TimeAndIds();
    private final VirtualThreads threads = new VirtualThreads(timeAndIds.nanoTime());
    private final RunningBatches running = new RunningBatches();
    private Node node;
    private LeaseReturns returns;

    @PostConstruct
    void start() {
        try {
            node = new NodeBuilder(config, database, entityManagers, timeAndIds, threads, running).build();
            returns = new LeaseReturns(node.catalogs().leases(), node.catalogs().supervision());
        } catch (RuntimeException | LinkageError e) {
            if (e instanceof IllegalArgumentException || e instanceof IllegalStateException) {
                LOG.refused(String.valueOf(e.getMessage()));
            } else {
                LOG.cannotStart(String.valueOf(e.getMessage()), e);
            }
            if (Boolean.getBoolean(HALT)) {
                // halt() is safe because nothing was claimed or acknowledged yet; exit() would wait for the start of
                // the
                // server, which waits for this method
                Runtime.getRuntime().halt(EXIT_REFUSED);
            }
            throw e;
        }
    }

    @PreDestroy
    void close() {
        threads.stop();
        node.queueAndEvents().end().run();
        node.pods().jobs().ifPresent(KubernetesShardJobs::close);
        node.cluster().ifMade().ifPresent(KubernetesCluster::close);
        node.sender().close();
        node.folder().close();
    }

    Node node() {
        return node;
    }

    VirtualThreads threads() {
        return threads;
    }

    LeaseReturns leaseReturns() {
        return returns;
    }

    LongSupplier nanoTime() {
        return timeAndIds.nanoTime();
    }

    @Produces
    @Singleton
    InstantSource time() {
        return timeAndIds.time();
    }

    @Produces
    @Singleton
    IdGenerator ids() {
        return timeAndIds.ids();
    }

    @Produces
    @Singleton
    PassWatch passWatch() {
        return threads;
    }

    @Produces
    @Singleton
    RunningBatches runningBatches() {
        return running;
    }

    @Produces
    @Singleton
    FileStore fileStore() {
        return node.storage().store();
    }

    @Produces
    @Singleton
    ResultLogs resultLogs() {
        return node.storage().logs();
    }

    @Produces
    @Singleton
    BatchCatalog batchCatalog() {
        return node.catalogs().batches();
    }

    @Produces
    @Singleton
    BatchLeases batchLeases() {
        return node.catalogs().leases();
    }

    @Produces
    @Singleton
    FileCatalog fileCatalog() {
        return node.catalogs().files();
    }

    @Produces
    @Singleton
    UploadCatalog uploadCatalog() {
        return node.catalogs().uploads();
    }

    @Produces
    @Singleton
    BatchLifecycle batchLifecycle() {
        return node.catalogs().lifecycle();
    }

    @Produces
    @Singleton
    BatchQueue batchQueue() {
        return node.queueAndEvents().queue();
    }

    @Produces
    @Singleton
    BatchEvents batchEvents() {
        return node.queueAndEvents().events();
    }

    @Produces
    @Singleton
    ModelDirectory modelDirectory() {
        return node.models();
    }

    @Produces
    @Singleton
    Authenticator authenticator() {
        if (node.role().servesApi()) {
            return node.authentication().authenticator();
        }
        return credentials -> {
            throw new BackfillException(
                    ErrorCode.UNAVAILABLE,
                    "This node only processes batches. Send requests to a node with " + Setting.ROLE.variable()
                            + "=all or api.");
        };
    }

    @Produces
    @Singleton
    WaitingBatches waitingBatches() {
        return node.catalogs().waiting();
    }

    @Produces
    @Singleton
    DispatchPlaces dispatchPlaces() {
        return node.places();
    }

    @Produces
    @Singleton
    JobEndObserver jobEndObserver() {
        return new BatchHandback(
                node.catalogs().batches(),
                returns,
                running,
                node.queueAndEvents().queue(),
                node.queueAndEvents().events(),
                node.storage().store());
    }

    @Produces
    @Singleton
    Metrics metrics() {
        return node.metrics();
    }

    @Produces
    @Singleton
    CapacityMetrics capacity() {
        return node.capacity();
    }

    /**
     * A node that serves the API stays ready even while the database or the store is away, so that clients get an error
     * response instead of a refused connection. A node that only processes batches is ready when the database and the store
     * are available.
     */
    @Produces
    @Singleton
    Readiness readiness() {
        boolean needed = !node.role().servesApi();
        return new Readiness(
                List.of(
                        new Readiness.Check("database", needed, () -> {
                            node.catalogs().leases().claimableCount();
                            return Optional.empty();
                        }),
                        new Readiness.Check("store", needed, () -> {
                            node.storage().store().check();
                            return Optional.empty();
                        }),
                        new Readiness.Check("models", false, node.models()::problem),
                        new Readiness.Check("requests", true, () -> {
                            if (node.door().exhausted()) {
                                throw new IllegalStateException(
                                        "all request threads have been busy for several seconds");
                            }
                            return Optional.empty();
                        })),
                READINESS_PATIENCE,
                threads.tasks(),
                timeAndIds.nanoTime());
    }

    @Produces
    @Singleton
    BrowserGuard browserGuard() {
        return node.configs().browsers();
    }

    @Produces
    @Singleton
    MetricsAccess metricsAccess() {
        return node.configs().metrics();
    }

    @Produces
    @Singleton
    FrontDoor frontDoor() {
        return node.door();
    }

    @Produces
    @Singleton
    FileConfig fileConfig() {
        return node.configs().files();
    }

    @Produces
    @Singleton
    BatchConfig batchConfig() {
        return node.configs().batches();
    }

    @Produces
    @Singleton
    DispatchConfig dispatchConfig() {
        return node.configs().dispatch();
    }

    @Produces
    @Singleton
    Offload offload() {
        return node.pods().offload();
    }

    @Produces
    @Singleton
    Planner planner() {
        return new Planner(
                node.storage().store(),
                node.configs().plan(),
                node.configs().batches().endpoints()::contains,
                model -> node.models().find(model).isPresent());
    }

    @Produces
    @Singleton
    PartitionOpener partitionOpener() {
        return node.partitions();
    }

    @Produces
    @Singleton
    FileService fileService() {
        return new FileService(
                node.storage().store(),
                node.catalogs().files(),
                node.catalogs().storage(),
                timeAndIds.ids(),
                timeAndIds.time(),
                node.configs().files());
    }

    @Produces
    @Singleton
    UploadService uploadService() {
        return new UploadService(
                new UploadService.Ports(
                        node.catalogs().uploads(),
                        node.catalogs().endedUploads(),
                        node.catalogs().storage(),
                        node.storage().store(),
                        node.catalogs().files()),
                timeAndIds.ids(),
                timeAndIds.time(),
                node.configs().files());
    }

    @Produces
    @Singleton
    BatchOperations batchOperations() {
        Node.Catalogs catalogs = node.catalogs();
        return new BatchOperations(
                catalogs.batches(),
                catalogs.supervision(),
                catalogs.lifecycle(),
                node.queueAndEvents().queue(),
                node.queueAndEvents().events());
    }

    @Produces
    @Singleton
    BatchService batchService() {
        Node.Catalogs catalogs = node.catalogs();
        return new BatchService(
                new BatchService.Ports(
                        catalogs.batches(),
                        catalogs.lifecycle(),
                        catalogs.ended(),
                        node.queueAndEvents().queue(),
                        node.queueAndEvents().events(),
                        catalogs.files()),
                timeAndIds.ids(),
                timeAndIds.time(),
                node.configs().batches(),
                node.headerKeys());
    }
}
