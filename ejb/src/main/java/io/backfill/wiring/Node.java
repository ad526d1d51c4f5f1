package io.backfill.wiring;

import static io.backfill.ops.BackfillLog.LOG;

import io.backfill.batches.BatchLeases;
import io.backfill.batches.BatchLifecycle;
import io.backfill.catalog.jpa.JpaBatchCatalog;
import io.backfill.catalog.jpa.JpaBatchLeases;
import io.backfill.catalog.jpa.JpaEndedBatches;
import io.backfill.catalog.jpa.JpaFileCatalog;
import io.backfill.catalog.jpa.JpaUploadCatalog;
import io.backfill.catalog.jpa.SchemaMigration;
import io.backfill.catalog.jpa.SqlShareTable;
import io.backfill.catalog.jpa.SqlStoreRecords;
import io.backfill.catalog.jpa.SqlSweepTurns;
import io.backfill.catalog.jpa.Transactions;
import io.backfill.dispatch.http.HttpDispatcher;
import io.backfill.dispatch.metrics.EngineMetricsPoller;
import io.backfill.fair.CapShares;
import io.backfill.fair.DeadlineWatch;
import io.backfill.fair.LeasedCaps;
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
import io.backfill.queue.sql.PostgresNotifications;
import io.backfill.queue.sql.SqlBatchQueue;
import io.backfill.results.ResultLogs;
import io.backfill.results.directory.DirectoryResultLogs;
import io.backfill.results.directory.ForcePolicy;
import io.backfill.retention.EndedBatches;
import io.backfill.retention.StoreRecords;
import io.backfill.retention.SweepTurns;
import io.backfill.run.PartitionRuns;
import io.smallrye.metrics.SharedMetricRegistries;
import jakarta.persistence.EntityManagerFactory;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.Optional;
import java.util.UUID;
import javax.sql.DataSource;
import org.eclipse.microprofile.config.Config;
import org.eclipse.microprofile.metrics.MetricRegistry;

/**
 * What a node consists of, built from its settings. The only place that looks at the profile; what is not
 * chosen is never constructed.
 */
record Node(
        Settings settings,
        Configs configs,
        String owner,
        DataFolder folder,
        FileStore store,
        ResultLogs logs,
        Catalogs catalogs,
        BatchQueue queue,
        BatchEvents events,
        Optional<PostgresNotifications> notifications,
        Optional<LeasedCaps> caps,
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
            BatchLifecycle lifecycle,
            EndedBatches ended,
            StoreRecords records,
            SweepTurns turns) {}

    /**
     * Builds everything, or refuses with a message that names the setting.
     *
     * @throws RuntimeException also when data folder, database or store cannot be used; what was taken is given back with the process
     */
    static Node build(
            Config config,
            DataSource database,
            EntityManagerFactory entityManagers,
            TimeAndIds timeAndIds,
            VirtualThreads threads) {
        Settings settings = Settings.read(config);
        Profile profile = supported(settings, config.getOptionalValue("BACKFILL_DB_URL", String.class));
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
        String owner = settings.node() + "/" + UUID.randomUUID();
        Path files = settings.path(Setting.FILES_DIR).orElse(folder.store());
        Reserve reserve = new Reserve(
                settings.path(Setting.FILES_DIR).orElse(folder.root()), settings.number(Setting.FILES_MIN_FREE_BYTES));
        FileStore store = store(files, profile, reserve);
        ResultLogs logs = new DirectoryResultLogs(
                files, reserve, store, ForcePolicy.named(settings.text(Setting.FILES_FORCE)), threads.tasks());
        new SchemaMigration(database).migrate();
        Transactions transactions = new Transactions(entityManagers);
        JpaBatchCatalog batches = new JpaBatchCatalog(transactions);
        BatchLeases leases = new JpaBatchLeases(transactions);
        Catalogs catalogs = new Catalogs(
                batches,
                leases,
                new JpaFileCatalog(transactions),
                new JpaUploadCatalog(transactions),
                new BatchLifecycle(batches, timeAndIds.time()),
                new JpaEndedBatches(transactions),
                new SqlStoreRecords(transactions),
                new SqlSweepTurns(transactions));
        if (profile == Profile.LOCAL) {
            // one node, and the folder is locked: whoever holds a lease now is an earlier boot of ours, and dead
            leases.releaseAllOf("");
        }
        BatchQueue queue = new SqlBatchQueue(transactions, leases);
        YamlModelDirectory models =
                new YamlModelDirectory(settings.path(Setting.MODELS_FILE).orElse(folder.models()));
        models.problem().ifPresent(LOG::modelsRefused);
        MetricRegistry registry = SharedMetricRegistries.getOrCreate(MetricRegistry.APPLICATION_SCOPE);
        Metrics metrics = new Metrics(registry, batches, leases, queue, timeAndIds.time());
        HttpDispatcher sender =
                new HttpDispatcher(configs.http(), threads.timer(), timeAndIds.time(), timeAndIds.nanoTime());
        Optional<LeasedCaps> caps = profile == Profile.LOCAL
                ? Optional.empty()
                : Optional.of(new LeasedCaps(
                        new SqlShareTable(transactions), owner, configs.jobs().lease(), timeAndIds.nanoTime()));
        DispatchChain chain = DispatchChain.of(
                sender,
                models,
                metrics,
                configs.shares(),
                caps.isPresent() ? caps.get() : CapShares.WHOLE,
                new DeadlineWatch(timeAndIds.time(), timeAndIds.nanoTime()),
                settings.integer(Setting.DISPATCH_MAX_IN_FLIGHT),
                timeAndIds.nanoTime());
        CapacityMetrics capacity = new CapacityMetrics(registry, chain.fleets(), chain.gate(), chain.deadlines());
        LocalBatchEvents wakeups = new LocalBatchEvents(threads.tasks());
        Optional<PostgresNotifications> notifications = profile == Profile.LOCAL
                ? Optional.empty()
                : Optional.of(new PostgresNotifications(
                        database, transactions, wakeups, threads.tasks(), timeAndIds.nanoTime()));
        Node built = new Node(
                settings,
                configs,
                owner,
                folder,
                store,
                logs,
                catalogs,
                queue,
                notifications.isPresent() ? notifications.get() : wakeups,
                notifications,
                caps,
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
                profile == Profile.LOCAL ? "H2 file" : "PostgreSQL",
                profile == Profile.LOCAL ? "SQL, in process" : "SQL, LISTEN/NOTIFY",
                "directory " + files,
                settings.path(Setting.MODELS_FILE).orElse(folder.models()).toString());
        return built;
    }

    private static Profile supported(Settings settings, Optional<String> databaseUrl) {
        Profile profile = settings.choice(Setting.PROFILE, Profile.class);
        Role role = settings.choice(Setting.ROLE, Role.class);
        switch (profile) {
            case LOCAL -> {
                if (databaseUrl.isPresent()) {
                    throw new IllegalArgumentException("BACKFILL_DB_URL is set, but profile local keeps its catalog in"
                            + " its data folder; take the variable away");
                }
            }
            case SINGLE -> {
                if (databaseUrl
                        .filter(url -> url.startsWith("jdbc:postgresql:"))
                        .isEmpty()) {
                    throw new IllegalArgumentException(Setting.PROFILE.key() + "=single needs BACKFILL_DB_URL,"
                            + " such as jdbc:postgresql://host/database, BACKFILL_DB_USER and BACKFILL_DB_PASSWORD");
                }
                if (!settings.list(Setting.HEADERS_PASS_THROUGH).isEmpty()
                        && settings.path(Setting.CRYPTO_KEY_FILE).isEmpty()) {
                    throw new IllegalArgumentException(Setting.HEADERS_PASS_THROUGH.key() + " needs "
                            + Setting.CRYPTO_KEY_FILE.key() + ", the same file for all nodes");
                }
            }
            case CLUSTER ->
                throw new IllegalArgumentException("this release supports " + Setting.PROFILE.key()
                        + "=local (H2, directory, one node) and single (PostgreSQL, directory). cluster (PostgreSQL, Redis,"
                        + " S3) is not there yet");
        }
        if (role != Role.ALL) {
            throw new IllegalArgumentException(
                    "this release supports " + Setting.ROLE.key() + "=all only, not " + settings.text(Setting.ROLE));
        }
        return profile;
    }

    private static FileStore store(Path files, Profile profile, Reserve reserve) {
        try {
            DirectoryFileStore store = new DirectoryFileStore(files, FileForce.DISK, reserve);
            if (profile == Profile.LOCAL) {
                // elsewhere what looks unfinished may be another node's, which is at it
                store.removeLeftovers();
            }
            return store;
        } catch (IOException e) {
            throw new UncheckedIOException("the file store " + files + " cannot be used: " + e.getMessage(), e);
        }
    }
}
