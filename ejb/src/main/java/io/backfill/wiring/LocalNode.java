package io.backfill.wiring;

import static io.backfill.ops.BackfillLog.LOG;

import io.backfill.batches.BatchLeases;
import io.backfill.batches.BatchLifecycle;
import io.backfill.catalog.jpa.JpaBatchCatalog;
import io.backfill.catalog.jpa.JpaBatchLeases;
import io.backfill.catalog.jpa.JpaFileCatalog;
import io.backfill.catalog.jpa.JpaUploadCatalog;
import io.backfill.catalog.jpa.SchemaMigration;
import io.backfill.catalog.jpa.Transactions;
import io.backfill.dispatch.http.HttpDispatcher;
import io.backfill.dispatch.metrics.EngineMetricsPoller;
import io.backfill.fair.DeadlineWatch;
import io.backfill.files.FileCatalog;
import io.backfill.files.FileStore;
import io.backfill.files.UploadCatalog;
import io.backfill.files.directory.DirectoryFileStore;
import io.backfill.files.directory.FileForce;
import io.backfill.files.directory.Reserve;
import io.backfill.models.yaml.YamlModelDirectory;
import io.backfill.ops.CapacityMetrics;
import io.backfill.ops.Metrics;
import io.backfill.queue.BatchEvents;
import io.backfill.queue.BatchQueue;
import io.backfill.queue.LocalBatchEvents;
import io.backfill.queue.sql.SqlBatchQueue;
import io.backfill.results.ResultLogs;
import io.backfill.results.directory.DirectoryResultLogs;
import io.backfill.results.directory.ForcePolicy;
import io.backfill.run.PartitionRuns;
import io.smallrye.metrics.SharedMetricRegistries;
import jakarta.persistence.EntityManagerFactory;
import java.io.IOException;
import java.io.UncheckedIOException;
import javax.sql.DataSource;
import org.eclipse.microprofile.config.Config;
import org.eclipse.microprofile.metrics.MetricRegistry;

/**
 * What a node of profile {@code local} consists of, built from its settings. The only place that looks at the profile; what is not
 * chosen is never constructed.
 */
record LocalNode(
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
        CapacityMetrics capacity,
        HttpDispatcher sender,
        DispatchChain chain,
        EngineMetricsPoller engines,
        PartitionRuns partitions) {
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

    record Catalogs(
            JpaBatchCatalog batches,
            BatchLeases leases,
            FileCatalog files,
            UploadCatalog uploads,
            BatchLifecycle lifecycle) {}

    /**
     * Builds everything, or refuses with a message that names the setting.
     *
     * @throws RuntimeException also when data folder, database or store cannot be used; what was taken is given back with the process
     */
    static LocalNode build(
            Config config,
            DataSource database,
            EntityManagerFactory entityManagers,
            TimeAndIds timeAndIds,
            VirtualThreads threads) {
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
        Reserve reserve = new Reserve(folder.root(), settings.number(Setting.FILES_MIN_FREE_BYTES));
        FileStore store = store(folder, reserve);
        ResultLogs logs = new DirectoryResultLogs(
                folder.store(), reserve, store, ForcePolicy.named(settings.text(Setting.FILES_FORCE)), threads.tasks());
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
        DispatchChain chain = DispatchChain.of(
                sender,
                models,
                metrics,
                configs.shares(),
                new DeadlineWatch(timeAndIds.time(), timeAndIds.nanoTime()),
                settings.integer(Setting.DISPATCH_MAX_IN_FLIGHT),
                timeAndIds.nanoTime());
        CapacityMetrics capacity = new CapacityMetrics(registry, chain.fleets(), chain.gate(), chain.deadlines());
        LocalNode built = new LocalNode(
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
                capacity,
                sender,
                chain,
                new EngineMetricsPoller(chain.fleets(), threads.tasks(), chain.gate()::look, timeAndIds.nanoTime()),
                new PartitionRuns(store, logs, models, chain.first(), metrics, configs.dispatch(), threads.tasks()));
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

    private static FileStore store(DataFolder folder, Reserve reserve) {
        try {
            DirectoryFileStore store = new DirectoryFileStore(folder.store(), FileForce.DISK, reserve);
            store.removeLeftovers();
            return store;
        } catch (IOException e) {
            throw new UncheckedIOException(
                    "the file store " + folder.store() + " cannot be used: " + e.getMessage(), e);
        }
    }
}
