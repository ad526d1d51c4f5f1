package io.backfill.wiring;

import static io.backfill.ops.BackfillLog.LOG;

import io.backfill.admission.HeapBudget;
import io.backfill.admission.NodeCapacity;
import io.backfill.answers.spool.SpoolFolder;
import io.backfill.answers.spool.SpoolPace;
import io.backfill.catalog.jpa.SchemaMigration;
import io.backfill.catalog.jpa.SqlBudgetTable;
import io.backfill.catalog.jpa.SqlInstallation;
import io.backfill.catalog.jpa.SqlShareTable;
import io.backfill.catalog.jpa.Transactions;
import io.backfill.dispatch.chain.DispatchChain;
import io.backfill.dispatch.http.HttpDispatcher;
import io.backfill.dispatch.metrics.EngineMetricsPoller;
import io.backfill.door.FrontDoor;
import io.backfill.fair.LeasedBudgets;
import io.backfill.fair.LeasedCaps;
import io.backfill.fair.ShareTable;
import io.backfill.files.StoreOwner;
import io.backfill.files.directory.FreeSpaceFloor;
import io.backfill.k8s.KubernetesCluster;
import io.backfill.lifecycle.LeaseReleases;
import io.backfill.models.yaml.YamlModelDirectory;
import io.backfill.ops.AdmissionMetrics;
import io.backfill.ops.CapacityMetrics;
import io.backfill.ops.DoorMetrics;
import io.backfill.ops.Metrics;
import io.backfill.ops.ModelLabels;
import io.backfill.ops.OffloadMetrics;
import io.backfill.ops.PlaceMetrics;
import io.backfill.ops.SpoolMetrics;
import io.backfill.pace.ProcessorLoad;
import io.backfill.run.DispatchPlaces;
import io.backfill.run.JobStartLimiter;
import io.backfill.run.PartitionOpener;
import io.backfill.run.RunningBatches;
import io.backfill.storage.Storage;
import io.smallrye.metrics.SharedMetricRegistries;
import jakarta.persistence.EntityManagerFactory;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.UUID;
import java.util.function.LongSupplier;
import javax.sql.DataSource;
import org.eclipse.microprofile.config.Config;
import org.eclipse.microprofile.metrics.Metadata;
import org.eclipse.microprofile.metrics.MetricRegistry;

/**
 * Builds a node from its settings, in steps that use the parts of earlier steps. Only here the profile decides which
 * implementations are used; parts that are not used are never constructed.
 */
final class NodeBuilder {
    private final Config config;
    private final DataSource database;
    private final TimeAndIds timeAndIds = new TimeAndIds();
    private final LongSupplier nanoTime = timeAndIds.nanoTime();
    private final VirtualThreads threads = new VirtualThreads(nanoTime);
    private final RunningBatches running = new RunningBatches();
    private final Settings settings;
    private final Profile profile;
    private final Configs configs;
    private final DataFolder folder;
    private final String owner;
    private final Transactions transactions;
    private final MetricRegistry registry = SharedMetricRegistries.getOrCreate(MetricRegistry.APPLICATION_SCOPE);

    /**
     * Reads the settings and locks the data folder.
     *
     * @throws RuntimeException with a message that names the setting, also when the data folder cannot be used
     */
    NodeBuilder(Config config, DataSource database, EntityManagerFactory entityManagers) {
        this.config = config;
        this.database = database;
        this.settings = Settings.read(config);
        this.profile = Profile.of(settings, config.getOptionalValue(Profile.DATABASE_URL, String.class));
        this.configs = Configs.of(settings);
        this.folder = DataFolder.lock(settings.path(Setting.DATA_DIR).orElseThrow());
        this.owner = settings.node() + "/" + UUID.randomUUID();
        this.transactions = new Transactions(entityManagers);
    }

    /**
     * Builds all parts, or fails with a message that names the setting.
     *
     * @throws RuntimeException also when the database or the store cannot be used; resources acquired before are released when
     *     the process ends
     */
    Node build() {
        logSettings();
        Storage storage = StorageOpener.open(profile, settings, folder, threads.tasks(), nanoTime);
        Optional<DirectDatabase> direct =
                DirectDatabase.of(profile, name -> config.getOptionalValue(name, String.class));
        new SchemaMigration(direct.map(DirectDatabase::forMigrations).orElse(database)).migrate();
        StoreGuard guard = guard(storage);
        Catalogs catalogs = Catalogs.of(profile, transactions, timeAndIds.time(), registry);
        QueueAndEvents queueAndEvents = QueueAndEvents.of(
                profile, settings, direct, transactions, catalogs.leases(), catalogs.waiting(), threads, timeAndIds);
        YamlModelDirectory models = models(modelsFile());
        ModelLabels labels = new ModelLabels(models);
        Metrics metrics = metrics(storage, catalogs, queueAndEvents, labels);
        ShareTable shares = new SqlShareTable(transactions);
        Sending sending = sending(shares, models, metrics);
        DispatchChain chain = sending.chain();
        CapacityMetrics capacity =
                new CapacityMetrics(registry, chain.fleets(), chain.gate(), chain.deadlines(), labels);
        DispatchPlaces places = places(models, chain);
        Lazy<KubernetesCluster> cluster = new Lazy<>(() -> KubernetesCluster.connect(Pods.api(settings)));
        FrontDoor door = door(places);
        Pods pods = pods(storage, models, shares, cluster);
        Node node = new Node(
                settings,
                configs,
                settings.choice(Setting.ROLE, Role.class),
                owner,
                folder,
                timeAndIds,
                threads,
                running,
                storage,
                guard,
                catalogs,
                new LeaseReleases(catalogs.leases(), catalogs.supervision()),
                queueAndEvents,
                modelsFile(),
                models,
                authentication(cluster),
                HeaderKeys.of(settings, configs.batches(), folder),
                metrics,
                capacity,
                door,
                sending,
                new EngineMetricsPoller(chain.fleets(), threads.tasks(), chain.gate()::look, nanoTime),
                partitions(storage, models, sending),
                pods,
                places,
                cluster);
        LOG.backends(
                profile.shared() ? "PostgreSQL" : "H2 file",
                queueAndEvents.description(),
                storage.place(),
                modelsFile().toString());
        return node;
    }

    private void logSettings() {
        for (Setting setting : Setting.values()) {
            if (settings.differs(setting)) {
                LOG.setting(setting.key(), settings.shown(setting));
            } else {
                LOG.debugf("setting %s = %s, the default", setting.key(), settings.shown(setting));
            }
        }
        for (Setting setting : settings.renamed()) {
            LOG.settingRenamed(setting.formerKey().orElseThrow(), setting.key());
        }
        LOG.starts(
                settings.node(),
                settings.text(Setting.PROFILE),
                settings.text(Setting.ROLE),
                folder.root().toString());
    }

    /** Verifies the owner of the store, if the store is available, and removes leftovers of earlier processes. */
    private StoreGuard guard(Storage storage) {
        StoreGuard guard = new StoreGuard(new StoreOwner(
                storage.store(),
                storage.place(),
                new SqlInstallation(transactions).identity(UUID.randomUUID().toString())));
        guard.verifyAtStart(threads.tasks());
        if (!profile.shared() && guard.isVerified()) {
            // in a shared store, writes that look unfinished may belong to another running node
            StorageOpener.removeLeftovers(storage);
        }
        return guard;
    }

    static YamlModelDirectory models(Path file) {
        YamlModelDirectory models = new YamlModelDirectory(file);
        // the end of the start names a file that does not exist
        if (!Files.notExists(file)) {
            models.problem().ifPresent(LOG::modelsRefused);
        }
        models.deprecation().ifPresent(LOG::modelsDeprecated);
        return models;
    }

    private Path modelsFile() {
        return settings.path(Setting.MODELS_FILE).orElse(folder.models());
    }

    private Metrics metrics(Storage storage, Catalogs catalogs, QueueAndEvents queueAndEvents, ModelLabels labels) {
        registry.gauge(
                Metadata.builder()
                        .withName("backfill_store_failed_deletes")
                        .withDescription("Objects in the bucket that could not be deleted")
                        .build(),
                storage.failedDeletes()::getAsLong);
        return new Metrics(
                registry,
                catalogs.batches(),
                catalogs.leases(),
                catalogs.supervision(),
                queueAndEvents.queue(),
                labels,
                timeAndIds.time());
    }

    private Sending sending(ShareTable shares, YamlModelDirectory models, Metrics metrics) {
        HttpDispatcher sender = sender();
        Optional<LeasedCaps> caps = profile.shared()
                ? Optional.of(new LeasedCaps(shares, owner, configs.jobs().lease(), nanoTime))
                : Optional.empty();
        Optional<LeasedBudgets> budgets =
                profile.shared() ? Optional.of(new LeasedBudgets(new SqlBudgetTable(transactions))) : Optional.empty();
        NodeCapacity capacity = CallMemory.of(settings, HeapBudget.ofThisProcess());
        AdmissionMetrics.register(registry, capacity);
        return Sending.of(sender, models, metrics, configs.shares(), caps, budgets, capacity, timeAndIds);
    }

    private HttpDispatcher sender() {
        SpoolFolder spools = spools();
        SpoolMetrics.show(registry, spools);
        return new HttpDispatcher(configs.http(), threads.timer(), Optional.of(spools), timeAndIds.time(), nanoTime);
    }

    private SpoolFolder spools() {
        try {
            return SpoolFolder.open(
                    folder.spool(),
                    new FreeSpaceFloor(folder.root(), settings.number(Setting.FILES_MIN_FREE_BYTES)),
                    settings.number(Setting.DISPATCH_SPOOL_BYTES),
                    SpoolPace.of(ProcessorLoad.ofThisMachine(), nanoTime));
        } catch (IOException e) {
            throw new UncheckedIOException("the folder " + folder.spool() + " cannot be used: " + e.getMessage(), e);
        }
    }

    private DispatchPlaces places(YamlModelDirectory models, DispatchChain chain) {
        DispatchPlaces places = new DispatchPlaces(
                running,
                new CurrentAvailability(models, chain.fleets()),
                configs.jobs().dispatchThreads(),
                new JobStartLimiter(ProcessorLoad.ofThisMachine(), nanoTime),
                nanoTime);
        PlaceMetrics.show(registry, places);
        return places;
    }

    private FrontDoor door(DispatchPlaces places) {
        FrontDoor door = new FrontDoor(configs.door(), places::isAlone, threads.tasks(), nanoTime);
        DoorMetrics.show(registry, door);
        return door;
    }

    private Pods pods(Storage storage, YamlModelDirectory models, ShareTable shares, Lazy<KubernetesCluster> cluster) {
        OffloadMetrics offloads = new OffloadMetrics(registry);
        Pods pods = Pods.of(
                profile,
                settings,
                cluster,
                new Pods.Dependencies(storage, models, modelsFile(), shares, offloads, timeAndIds, threads.tasks()));
        pods.jobs().ifPresent(jobs -> offloads.show(jobs::states));
        return pods;
    }

    private Authentication authentication(Lazy<KubernetesCluster> cluster) {
        return Authentication.of(
                settings,
                new Authentication.Dependencies(
                        tokens -> cluster.get().authenticator(tokens, nanoTime), threads.tasks(), timeAndIds));
    }

    private PartitionOpener partitions(Storage storage, YamlModelDirectory models, Sending sending) {
        return new PartitionOpener(
                storage.store(),
                storage.logs(),
                models,
                sending.chain().first(),
                sending.observer(),
                configs.dispatch(),
                threads.tasks());
    }
}
