package io.backfill.wiring;

import static io.backfill.ops.BackfillLog.LOG;

import io.backfill.batches.BatchCatalog;
import io.backfill.batches.BatchConfig;
import io.backfill.batches.BatchLeases;
import io.backfill.batches.BatchLifecycle;
import io.backfill.catalog.jpa.JpaBatchCatalog;
import io.backfill.catalog.jpa.JpaBatchLeases;
import io.backfill.catalog.jpa.JpaFileCatalog;
import io.backfill.catalog.jpa.JpaUploadCatalog;
import io.backfill.catalog.jpa.SchemaMigration;
import io.backfill.catalog.jpa.Transactions;
import io.backfill.dispatch.DispatchConfig;
import io.backfill.dispatch.RequestDispatcher;
import io.backfill.dispatch.http.HttpDispatcher;
import io.backfill.files.FileCatalog;
import io.backfill.files.FileConfig;
import io.backfill.files.FileStore;
import io.backfill.files.UploadCatalog;
import io.backfill.files.directory.DirectoryFileStore;
import io.backfill.ids.IdGenerator;
import io.backfill.lifecycle.JobEndings;
import io.backfill.lifecycle.Pauses;
import io.backfill.models.ModelDirectory;
import io.backfill.models.yaml.YamlModelDirectory;
import io.backfill.ops.Metrics;
import io.backfill.plan.Planner;
import io.backfill.queue.BatchEvents;
import io.backfill.queue.BatchQueue;
import io.backfill.queue.LocalBatchEvents;
import io.backfill.queue.sql.SqlBatchQueue;
import io.backfill.results.ResultLogs;
import io.backfill.results.directory.DirectoryResultLogs;
import io.backfill.results.directory.ForcePolicy;
import io.backfill.run.JobEnds;
import io.backfill.run.PartitionRuns;
import io.backfill.run.RunningBatches;
import io.backfill.service.BatchService;
import io.backfill.service.FileService;
import io.backfill.service.UploadService;
import io.backfill.tenants.Authenticator;
import io.smallrye.metrics.SharedMetricRegistries;
import jakarta.annotation.PostConstruct;
import jakarta.annotation.PreDestroy;
import jakarta.annotation.Resource;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.inject.Produces;
import jakarta.inject.Inject;
import jakarta.inject.Singleton;
import jakarta.persistence.EntityManagerFactory;
import jakarta.persistence.PersistenceUnit;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.InstantSource;
import java.util.function.LongSupplier;
import javax.sql.DataSource;
import org.eclipse.microprofile.config.Config;
import org.eclipse.microprofile.metrics.MetricRegistry;

/**
 * Reads the settings, builds the backends they choose, and hands everything out as beans. The only place that looks at the
 * profile; what is not chosen is never constructed.
 */
@ApplicationScoped
public class Backends {
    /** Values of {@code backfill.profile}. */
    enum Profile {
        LOCAL,
        SINGLE,
        CLUSTER
    }

    /** Values of {@code backfill.role}. */
    enum Role {
        ALL,
        API,
        PROCESSOR
    }

    /** System property of a server that serves nothing but us: a start that fails ends the process. */
    private static final String HALT = "io.backfill.halt-on-failed-start";

    private static final int EXIT_REFUSED = 2;

    @Inject
    private Config config;

    @Resource(lookup = "java:jboss/datasources/Backfill")
    private DataSource database;

    @PersistenceUnit(unitName = "backfill")
    private EntityManagerFactory entityManagers;

    private final TimeAndIds timeAndIds = new TimeAndIds();
    private final VirtualThreads threads = new VirtualThreads();
    private final RunningBatches running = new RunningBatches();
    private final Pauses pauses = new Pauses(timeAndIds.nanoTime());
    private Node node;

    /** What is put together once the settings are known. */
    private record Node(
            Settings settings,
            Configs configs,
            DataFolder folder,
            FileStore store,
            ResultLogs logs,
            Catalogs catalogs,
            BatchQueue queue,
            BatchEvents events,
            YamlModelDirectory models,
            Authentication authentication,
            HeaderKeys headerKeys,
            Metrics metrics,
            HttpDispatcher sender,
            PartitionRuns partitions) {}

    private record Catalogs(
            JpaBatchCatalog batches,
            BatchLeases leases,
            FileCatalog files,
            UploadCatalog uploads,
            BatchLifecycle lifecycle) {}

    @PostConstruct
    void start() {
        try {
            node = build();
        } catch (RuntimeException e) {
            LOG.cannotStart(String.valueOf(e.getMessage()), e);
            if (Boolean.getBoolean(HALT)) {
                // nothing was claimed or promised yet; an exit would wait for the server's own start, which waits for
                // us
                Runtime.getRuntime().halt(EXIT_REFUSED);
            }
            throw e;
        }
    }

    private Node build() {
        Settings settings = Settings.read(config);
        requireSupported(settings);
        if (config.getOptionalValue("BACKFILL_DB_URL", String.class).isPresent()) {
            throw new IllegalArgumentException("BACKFILL_DB_URL is set, but profile local keeps its catalog in its data"
                    + " folder; take the variable away");
        }
        Configs configs = Configs.of(settings);
        DataFolder folder = DataFolder.lock(settings.path(Setting.DATA_DIR).orElseThrow());
        for (Setting setting : Setting.values()) {
            LOG.setting(setting.key(), settings.text(setting));
        }
        LOG.starts(
                settings.node(),
                settings.text(Setting.PROFILE),
                settings.text(Setting.ROLE),
                folder.root().toString());
        FileStore store = store(folder);
        ResultLogs logs = new DirectoryResultLogs(
                folder.store(), store, ForcePolicy.named(settings.text(Setting.FILES_FORCE)), threads.tasks());
        new SchemaMigration(database).migrate();
        Transactions transactions = new Transactions(entityManagers);
        JpaBatchCatalog batches = new JpaBatchCatalog(transactions);
        BatchLeases leases = new JpaBatchLeases(transactions);
        Catalogs catalogs = new Catalogs(
                batches,
                leases,
                new JpaFileCatalog(transactions),
                new JpaUploadCatalog(transactions),
                new BatchLifecycle(batches, timeAndIds.time()));
        // one node, and the folder is locked: whoever holds a lease now is an earlier boot of ours, and dead
        leases.releaseAllOf("");
        BatchQueue queue = new SqlBatchQueue(transactions, leases);
        YamlModelDirectory models =
                new YamlModelDirectory(settings.path(Setting.MODELS_FILE).orElse(folder.models()));
        models.problem().ifPresent(LOG::modelsRefused);
        MetricRegistry registry = SharedMetricRegistries.getOrCreate(MetricRegistry.APPLICATION_SCOPE);
        Metrics metrics = new Metrics(registry, batches, leases, queue, timeAndIds.time());
        HttpDispatcher sender =
                new HttpDispatcher(configs.http(), threads.timer(), timeAndIds.time(), timeAndIds.nanoTime());
        RequestDispatcher chain = DispatchChain.of(
                sender, models, metrics, settings.integer(Setting.DISPATCH_MAX_IN_FLIGHT), timeAndIds.nanoTime());
        Node built = new Node(
                settings,
                configs,
                folder,
                store,
                logs,
                catalogs,
                queue,
                new LocalBatchEvents(threads.tasks()),
                models,
                Authentication.of(settings),
                HeaderKeys.of(settings, configs.batches(), folder),
                metrics,
                sender,
                new PartitionRuns(store, logs, models, chain, configs.dispatch(), threads.tasks()));
        LOG.backends(
                "H2 file",
                "SQL, in process",
                "directory " + folder.store(),
                settings.path(Setting.MODELS_FILE).orElse(folder.models()).toString());
        return built;
    }

    private static void requireSupported(Settings settings) {
        Profile profile = settings.choice(Setting.PROFILE, Profile.class);
        Role role = settings.choice(Setting.ROLE, Role.class);
        if (profile != Profile.LOCAL) {
            throw new IllegalArgumentException("this release supports " + Setting.PROFILE.key()
                    + "=local (H2, directory, one node). single (PostgreSQL, directory) and cluster (PostgreSQL, Redis, S3)"
                    + " are not there yet");
        }
        if (role != Role.ALL) {
            throw new IllegalArgumentException(Setting.PROFILE.key() + "=local is one node, so " + Setting.ROLE.key()
                    + " must be all, not " + settings.text(Setting.ROLE));
        }
    }

    private static FileStore store(DataFolder folder) {
        try {
            DirectoryFileStore store = new DirectoryFileStore(folder.store());
            store.removeLeftovers();
            return store;
        } catch (IOException e) {
            throw new UncheckedIOException(
                    "the file store " + folder.store() + " cannot be used: " + e.getMessage(), e);
        }
    }

    @PreDestroy
    void close() {
        threads.stop();
        node.sender().close();
        node.folder().close();
    }

    Settings settings() {
        return node.settings();
    }

    Configs configs() {
        return node.configs();
    }

    VirtualThreads threads() {
        return threads;
    }

    YamlModelDirectory yamlModels() {
        return node.models();
    }

    /** One pass: frees the rows of idempotency keys that are past their time. */
    void forgetIdempotencyKeys() {
        node.catalogs().batches().forgetIdempotencyKeys(timeAndIds.time().instant());
    }

    HttpDispatcher sender() {
        return node.sender();
    }

    Authentication authentication() {
        return node.authentication();
    }

    HeaderKeys headerKeys() {
        return node.headerKeys();
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
    RunningBatches runningBatches() {
        return running;
    }

    @Produces
    @Singleton
    FileStore fileStore() {
        return node.store();
    }

    @Produces
    @Singleton
    ResultLogs resultLogs() {
        return node.logs();
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
        return node.queue();
    }

    @Produces
    @Singleton
    BatchEvents batchEvents() {
        return node.events();
    }

    @Produces
    @Singleton
    ModelDirectory modelDirectory() {
        return node.models();
    }

    @Produces
    @Singleton
    Authenticator authenticator() {
        return node.authentication().authenticator();
    }

    @Produces
    @Singleton
    Pauses pauses() {
        return pauses;
    }

    @Produces
    @Singleton
    JobEnds jobEnds() {
        return new JobEndings(
                node.catalogs().batches(),
                node.catalogs().leases(),
                running,
                node.queue(),
                node.events(),
                node.store(),
                pauses);
    }

    @Produces
    @Singleton
    Metrics metrics() {
        return node.metrics();
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
    Planner planner() {
        return new Planner(
                node.store(),
                node.configs().plan(),
                node.configs().batches().endpoints()::contains,
                model -> node.models().find(model).isPresent());
    }

    @Produces
    @Singleton
    PartitionRuns partitionRuns() {
        return node.partitions();
    }

    @Produces
    @Singleton
    FileService fileService() {
        return new FileService(
                node.store(),
                node.catalogs().files(),
                timeAndIds.ids(),
                timeAndIds.time(),
                node.configs().files());
    }

    @Produces
    @Singleton
    UploadService uploadService() {
        return new UploadService(
                node.catalogs().uploads(),
                node.store(),
                node.catalogs().files(),
                timeAndIds.ids(),
                timeAndIds.time(),
                node.configs().files());
    }

    @Produces
    @Singleton
    BatchService batchService() {
        Catalogs catalogs = node.catalogs();
        return new BatchService(
                new BatchService.Backends(
                        catalogs.batches(), catalogs.lifecycle(), node.queue(), node.events(), catalogs.files()),
                timeAndIds.ids(),
                timeAndIds.time(),
                node.configs().batches(),
                node.headerKeys());
    }
}
