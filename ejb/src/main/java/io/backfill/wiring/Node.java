package io.backfill.wiring;

import static io.backfill.ops.BackfillLog.LOG;

import io.backfill.admission.HeapBudget;
import io.backfill.admission.NodeCapacity;
import io.backfill.answers.spool.SpoolFolder;
import io.backfill.answers.spool.SpoolPace;
import io.backfill.batches.BatchLeases;
import io.backfill.batches.BatchLifecycle;
import io.backfill.batches.BatchSupervision;
import io.backfill.batches.WaitingBatches;
import io.backfill.catalog.jpa.JpaBatchCatalog;
import io.backfill.catalog.jpa.JpaBatchLeases;
import io.backfill.catalog.jpa.JpaBatchSupervision;
import io.backfill.catalog.jpa.JpaEndedBatches;
import io.backfill.catalog.jpa.JpaFileCatalog;
import io.backfill.catalog.jpa.JpaTenantStorage;
import io.backfill.catalog.jpa.JpaUploadCatalog;
import io.backfill.catalog.jpa.JpaWaitingBatches;
import io.backfill.catalog.jpa.PageWalk;
import io.backfill.catalog.jpa.SchemaMigration;
import io.backfill.catalog.jpa.SqlBudgetTable;
import io.backfill.catalog.jpa.SqlIdleModels;
import io.backfill.catalog.jpa.SqlInstallation;
import io.backfill.catalog.jpa.SqlShareTable;
import io.backfill.catalog.jpa.SqlStoreRecords;
import io.backfill.catalog.jpa.SqlSweepTurns;
import io.backfill.catalog.jpa.Transactions;
import io.backfill.dispatch.DispatchObserver;
import io.backfill.dispatch.http.HttpDispatcher;
import io.backfill.dispatch.metrics.EngineMetricsPoller;
import io.backfill.door.FrontDoor;
import io.backfill.fair.Budgets;
import io.backfill.fair.CapShares;
import io.backfill.fair.DeadlineWatch;
import io.backfill.fair.LeasedBudgets;
import io.backfill.fair.LeasedCaps;
import io.backfill.fair.SettlingObserver;
import io.backfill.fair.ShareTable;
import io.backfill.files.FileCatalog;
import io.backfill.files.StoreOwner;
import io.backfill.files.TenantStorage;
import io.backfill.files.UploadCatalog;
import io.backfill.files.directory.Reserve;
import io.backfill.k8s.KubernetesCluster;
import io.backfill.models.yaml.YamlModelDirectory;
import io.backfill.ops.AdmissionMetrics;
import io.backfill.ops.BatchEndMetrics;
import io.backfill.ops.CapacityMetrics;
import io.backfill.ops.DoorMetrics;
import io.backfill.ops.Metrics;
import io.backfill.ops.ModelLabels;
import io.backfill.ops.OffloadMetrics;
import io.backfill.ops.PlaceMetrics;
import io.backfill.ops.SpoolMetrics;
import io.backfill.pace.ProcessorLoad;
import io.backfill.retention.EndedBatches;
import io.backfill.retention.EndedUploads;
import io.backfill.retention.IdleModels;
import io.backfill.retention.StoreRecords;
import io.backfill.retention.SweepTurns;
import io.backfill.run.DispatchPlaces;
import io.backfill.run.PartitionRuns;
import io.backfill.run.RunningBatches;
import io.backfill.run.StartPace;
import io.smallrye.metrics.SharedMetricRegistries;
import jakarta.persistence.EntityManagerFactory;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Optional;
import java.util.UUID;
import java.util.function.LongSupplier;
import javax.sql.DataSource;
import org.eclipse.microprofile.config.Config;
import org.eclipse.microprofile.metrics.Metadata;
import org.eclipse.microprofile.metrics.MetricRegistry;

/**
 * The parts of a node, built from its settings. Only here the profile decides which implementations are used; parts that are
 * not used are never constructed.
 */
record Node(
        Settings settings,
        Configs configs,
        Profile profile,
        Role role,
        String owner,
        DataFolder folder,
        Storage storage,
        StoreGuard guard,
        Catalogs catalogs,
        Hints hints,
        Optional<LeasedCaps> caps,
        Optional<LeasedBudgets> budgets,
        YamlModelDirectory models,
        Authentication authentication,
        HeaderKeys headerKeys,
        Metrics metrics,
        CapacityMetrics capacity,
        FrontDoor door,
        HttpDispatcher sender,
        DispatchChain chain,
        EngineMetricsPoller engines,
        PartitionRuns partitions,
        Pods pods,
        DispatchPlaces places,
        Lazy<KubernetesCluster> cluster) {
    record Catalogs(
            JpaBatchCatalog batches,
            BatchLeases leases,
            BatchSupervision supervision,
            WaitingBatches waiting,
            FileCatalog files,
            UploadCatalog uploads,
            TenantStorage storage,
            BatchLifecycle lifecycle,
            EndedBatches ended,
            EndedUploads endedUploads,
            StoreRecords records,
            IdleModels idleModels,
            SweepTurns turns) {}

    /**
     * Builds all parts, or fails with a message that names the setting.
     *
     * @throws RuntimeException also when the data folder, the database or the store cannot be used; resources acquired before
     *     are released when the process ends
     */
    static Node build(
            Config config,
            DataSource database,
            EntityManagerFactory entityManagers,
            TimeAndIds timeAndIds,
            VirtualThreads threads,
            RunningBatches running) {
        Settings settings = Settings.read(config);
        Profile profile = Profile.of(settings, config.getOptionalValue(Profile.DATABASE_URL, String.class));
        Configs configs = Configs.of(settings);
        DataFolder folder = DataFolder.lock(settings.path(Setting.DATA_DIR).orElseThrow());
        for (Setting setting : Setting.values()) {
            if (settings.differs(setting)) {
                LOG.setting(setting.key(), settings.shown(setting));
            } else {
                LOG.debugf("setting %s = %s, the default", setting.key(), settings.shown(setting));
            }
        }
        LOG.starts(
                settings.node(),
                settings.text(Setting.PROFILE),
                settings.text(Setting.ROLE),
                folder.root().toString());
        String owner = settings.node() + "/" + UUID.randomUUID();
        Storage storage = Storage.of(profile, settings, folder, threads.tasks(), timeAndIds.nanoTime());
        Optional<DirectDatabase> direct =
                DirectDatabase.of(profile, name -> config.getOptionalValue(name, String.class));
        new SchemaMigration(direct.map(DirectDatabase::forMigrations).orElse(database)).migrate();
        Transactions transactions = new Transactions(entityManagers);
        MetricRegistry registry = SharedMetricRegistries.getOrCreate(MetricRegistry.APPLICATION_SCOPE);
        StoreGuard guard = new StoreGuard(new StoreOwner(
                storage.store(),
                storage.place(),
                new SqlInstallation(transactions).identity(UUID.randomUUID().toString())));
        guard.verifyAtStart(threads.tasks());
        if (!profile.shared() && guard.isVerified()) {
            // in a shared store, writes that look unfinished may belong to another running node
            storage.removeLeftovers();
        }
        PageWalk walk = profile.shared() ? PageWalk.ROW_VALUES : PageWalk.EQUAL_PREFIX;
        JpaBatchCatalog batches = new JpaBatchCatalog(transactions, walk);
        JpaUploadCatalog uploads = new JpaUploadCatalog(transactions);
        BatchLeases leases = new JpaBatchLeases(transactions);
        BatchSupervision supervision = new JpaBatchSupervision(transactions);
        WaitingBatches waiting = new JpaWaitingBatches(transactions, walk);
        Catalogs catalogs = new Catalogs(
                batches,
                leases,
                supervision,
                waiting,
                new JpaFileCatalog(transactions, walk),
                uploads,
                new JpaTenantStorage(transactions),
                new BatchLifecycle(batches, timeAndIds.time(), new BatchEndMetrics(registry)),
                new JpaEndedBatches(transactions),
                uploads,
                new SqlStoreRecords(transactions),
                new SqlIdleModels(transactions),
                new SqlSweepTurns(transactions));
        if (!profile.shared()) {
            // there is only one node and its folder is locked, so every lease belongs to an earlier, dead process of this
            // node
            leases.releaseAllOf("");
        }
        Hints hints = Hints.of(profile, settings, direct, transactions, leases, waiting, threads, timeAndIds);
        YamlModelDirectory models =
                new YamlModelDirectory(settings.path(Setting.MODELS_FILE).orElse(folder.models()));
        models.problem().ifPresent(LOG::modelsRefused);
        registry.gauge(
                Metadata.builder()
                        .withName("backfill_store_failed_deletes")
                        .withDescription("Objects in the bucket that could not be deleted")
                        .build(),
                storage.failedDeletes()::getAsLong);
        ModelLabels labels = new ModelLabels(models);
        Metrics metrics = new Metrics(registry, batches, leases, supervision, hints.queue(), labels, timeAndIds.time());
        SpoolFolder spools = spools(settings, folder, timeAndIds.nanoTime());
        SpoolMetrics.show(registry, spools);
        HttpDispatcher sender = new HttpDispatcher(
                configs.http(), threads.timer(), Optional.of(spools), timeAndIds.time(), timeAndIds.nanoTime());
        ShareTable shares = new SqlShareTable(transactions);
        Optional<LeasedCaps> caps = profile.shared()
                ? Optional.of(new LeasedCaps(shares, owner, configs.jobs().lease(), timeAndIds.nanoTime()))
                : Optional.empty();
        Optional<LeasedBudgets> leasedBudgets =
                profile.shared() ? Optional.of(new LeasedBudgets(new SqlBudgetTable(transactions))) : Optional.empty();
        Budgets budgets =
                leasedBudgets.map(LeasedBudgets::budgets).orElseGet(() -> Budgets.ofOneNode(timeAndIds.nanoTime()));
        DispatchObserver observer = new SettlingObserver(metrics, budgets);
        NodeCapacity capacity = CallMemory.of(settings, HeapBudget.ofThisProcess());
        AdmissionMetrics.register(registry, capacity);
        DispatchChain chain = DispatchChain.of(
                sender,
                models,
                observer,
                configs.shares(),
                caps.isPresent() ? caps.get() : CapShares.WHOLE,
                budgets,
                new DeadlineWatch(timeAndIds.time(), timeAndIds.nanoTime()),
                capacity,
                timeAndIds.nanoTime());
        CapacityMetrics capacityMetrics =
                new CapacityMetrics(registry, chain.fleets(), chain.gate(), chain.deadlines(), labels);
        DispatchPlaces places = new DispatchPlaces(
                running,
                new CurrentAvailability(models, chain.fleets()),
                configs.jobs().dispatchThreads(),
                new StartPace(ProcessorLoad.ofThisMachine(), timeAndIds.nanoTime()),
                timeAndIds.nanoTime());
        PlaceMetrics.show(registry, places);
        Lazy<KubernetesCluster> cluster = new Lazy<>(() -> KubernetesCluster.connect(Pods.api(settings)));
        FrontDoor door = new FrontDoor(configs.door(), places::isAlone, threads.tasks(), timeAndIds.nanoTime());
        DoorMetrics.show(registry, door);
        OffloadMetrics offloads = new OffloadMetrics(registry);
        Pods pods = Pods.of(
                profile,
                settings,
                cluster,
                new Pods.Means(
                        storage,
                        models,
                        settings.path(Setting.MODELS_FILE).orElse(folder.models()),
                        shares,
                        offloads,
                        timeAndIds,
                        threads.tasks()));
        pods.jobs().ifPresent(jobs -> offloads.show(jobs::states));
        Node built = new Node(
                settings,
                configs,
                profile,
                settings.choice(Setting.ROLE, Role.class),
                owner,
                folder,
                storage,
                guard,
                catalogs,
                hints,
                caps,
                leasedBudgets,
                models,
                Authentication.of(
                        settings,
                        new Authentication.Means(
                                tokens -> cluster.get().authenticator(tokens, timeAndIds.nanoTime()),
                                threads.tasks(),
                                timeAndIds)),
                HeaderKeys.of(settings, configs.batches(), folder),
                metrics,
                capacityMetrics,
                door,
                sender,
                chain,
                new EngineMetricsPoller(chain.fleets(), threads.tasks(), chain.gate()::look, timeAndIds.nanoTime()),
                new PartitionRuns(
                        storage.store(),
                        storage.logs(),
                        models,
                        chain.first(),
                        observer,
                        configs.dispatch(),
                        threads.tasks()),
                pods,
                places,
                cluster);
        LOG.backends(
                profile.shared() ? "PostgreSQL" : "H2 file",
                hints.means(),
                storage.place(),
                settings.path(Setting.MODELS_FILE).orElse(folder.models()).toString());
        return built;
    }

    private static SpoolFolder spools(Settings settings, DataFolder folder, LongSupplier nanoTime) {
        try {
            return SpoolFolder.open(
                    folder.spool(),
                    new Reserve(folder.root(), settings.number(Setting.FILES_MIN_FREE_BYTES)),
                    settings.number(Setting.DISPATCH_SPOOL_BYTES),
                    SpoolPace.of(ProcessorLoad.ofThisMachine(), nanoTime));
        } catch (IOException e) {
            throw new UncheckedIOException("the folder " + folder.spool() + " cannot be used: " + e.getMessage(), e);
        }
    }
}
