package io.backfill.wiring;

import static io.backfill.ops.BackfillLog.LOG;

import io.backfill.admission.HeapBudget;
import io.backfill.admission.NodeCapacity;
import io.backfill.answers.spool.SpoolFolder;
import io.backfill.answers.spool.SpoolPace;
import io.backfill.catalog.jpa.CatalogUnit;
import io.backfill.catalog.jpa.OutboxRows;
import io.backfill.catalog.jpa.SchemaMigration;
import io.backfill.catalog.jpa.SqlBudgetTable;
import io.backfill.catalog.jpa.SqlInstallation;
import io.backfill.catalog.jpa.SqlShareTable;
import io.backfill.catalog.jpa.Transactions;
import io.backfill.dispatch.chain.DispatchChain;
import io.backfill.dispatch.http.HttpDispatcher;
import io.backfill.door.DoorConfig;
import io.backfill.door.FrontDoor;
import io.backfill.fair.LeasedBudgets;
import io.backfill.fair.LeasedCaps;
import io.backfill.fair.ShareTable;
import io.backfill.feed.FeedSource;
import io.backfill.feed.Followers;
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
import io.backfill.run.RunningBatches;
import io.backfill.storage.Storage;
import io.backfill.traces.BatchTraces;
import io.backfill.traces.otlp.OtlpTraces;
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
import org.eclipse.microprofile.metrics.MetricRegistry;

/**
 * Builds a node from its settings, in steps that use the parts of earlier steps. Only here the profile decides which
 * implementations are used; parts that are not used are never constructed.
 */
final class NodeBuilder {
    private final Config config;
    private final DataSource database;
    private final Replacements replacements;
    private final TimeAndIds timeAndIds = new TimeAndIds();
    private final LongSupplier nanoTime = timeAndIds.nanoTime();
    private final Releases releases;
    private final NodeThreads threads = new NodeThreads(nanoTime);
    private final RunningBatches running = new RunningBatches();
    private final Setup setup;
    private final Transactions transactions;
    private final MetricRegistry registry = SharedMetricRegistries.getOrCreate(MetricRegistry.APPLICATION_SCOPE);

    /**
     * Reads the settings and locks the data folder.
     *
     * @param releases gets what has to be released at the end, also after a failure of any method
     * @throws RuntimeException with a message that names the setting, also when the data folder cannot be used
     */
    NodeBuilder(Config config, DataSource database, Replacements replacements, Releases releases) {
        this.config = config;
        this.database = database;
        this.replacements = replacements;
        this.releases = releases;
        this.setup = Setup.of(config, database);
        releases.add(setup.folder()::close);
        ServerChecks.check(setup, database);
        EntityManagerFactory entityManagers = CatalogUnit.open(database);
        releases.add(entityManagers::close);
        releases.add(threads::awaitEnd);
        this.transactions = new Transactions(entityManagers);
    }

    /**
     * Builds all parts, or fails with a message that names the setting.
     *
     * @throws RuntimeException also when the database or the store cannot be used
     */
    Node build() {
        logSettings();
        Backends backends = backends();
        Catalogs catalogs = backends.catalogs();
        YamlModelDirectory models = backends.models();
        ModelLabels labels = new ModelLabels(models);
        Metrics metrics = metrics(backends, labels);
        ShareTable shares = new SqlShareTable(transactions);
        Sending sending = sending(shares, models, metrics);
        DispatchChain chain = sending.chain();
        CapacityMetrics capacity =
                new CapacityMetrics(registry, chain.fleets(), chain.gate(), chain.deadlines(), labels);
        DispatchPlaces places = places(models, chain);
        Lazy<KubernetesCluster> cluster = new Lazy<>(() -> KubernetesCluster.connect(Pods.api(setup.settings())));
        releases.add(() -> cluster.ifMade().ifPresent(KubernetesCluster::close));
        Pods pods = pods(backends, shares, cluster);
        HeaderKeys keys = HeaderKeys.of(setup);
        Node node = new Node(
                setup,
                timeAndIds,
                threads,
                backends,
                new Access(authentication(cluster), keys, door(places), feeds(backends)),
                new NodeMetrics(metrics, capacity),
                sending,
                new BatchWork(running, places, new LeaseReleases(catalogs.leases(), catalogs.supervision()), pods),
                traces(),
                Webhooks.of(setup, catalogs, keys, threads, timeAndIds));
        releases.add(threads::stop);
        LOG.backends(
                setup.profile().shared() ? "PostgreSQL" : "H2 file",
                backends.queueAndEvents().description(),
                backends.storage().place(),
                setup.modelsFile().toString());
        return node;
    }

    private BatchTraces traces() {
        BatchTraces traces = setup.configs()
                .tracing()
                .<BatchTraces>map(tracing -> OtlpTraces.start(tracing, nanoTime))
                .orElse(BatchTraces.NONE);
        releases.add(traces::close);
        return traces;
    }

    private Backends backends() {
        Storage storage = replacements.storage().orElseGet(() -> StorageOpener.open(setup, threads.tasks(), nanoTime));
        Optional<DirectDatabase> direct =
                DirectDatabase.of(setup.profile(), name -> config.getOptionalValue(name, String.class));
        new SchemaMigration(direct.map(DirectDatabase::forMigrations).orElse(database)).migrate();
        StoreGuard guard = guard(storage);
        Catalogs catalogs = Catalogs.of(
                setup.profile(),
                transactions,
                new OutboxRows(setup.configs().webhooks().operators()),
                timeAndIds.time(),
                registry);
        DataSource sessions = direct.map(DirectDatabase::forSessions).orElse(database);
        QueueAndEvents builtIn = QueueAndEvents.of(setup, sessions, transactions, catalogs, threads, timeAndIds);
        releases.add(builtIn.end());
        QueueAndEvents queueAndEvents = replacements.queue().map(builtIn::with).orElse(builtIn);
        return new Backends(storage, guard, catalogs, queueAndEvents, models(setup.modelsFile()));
    }

    private void logSettings() {
        Settings settings = setup.settings();
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
                setup.folder().root().toString());
    }

    /** Verifies the owner of the store, if the store is available, and removes leftovers of earlier processes. */
    private StoreGuard guard(Storage storage) {
        StoreGuard guard = new StoreGuard(new StoreOwner(
                storage.store(),
                storage.place(),
                new SqlInstallation(transactions).identity(UUID.randomUUID().toString())));
        guard.verifyAtStart(threads.tasks());
        if (!setup.profile().shared() && guard.isVerified()) {
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

    private Metrics metrics(Backends backends, ModelLabels labels) {
        Catalogs catalogs = backends.catalogs();
        registry.gauge(
                Metrics.described("backfill_store_failed_deletes", "Objects in the bucket that could not be deleted"),
                backends.storage().failedDeletes()::getAsLong);
        return new Metrics(
                registry,
                catalogs.batches(),
                catalogs.leases(),
                catalogs.supervision(),
                backends.queueAndEvents().queue(),
                labels,
                timeAndIds.time());
    }

    private Sending sending(ShareTable shares, YamlModelDirectory models, Metrics metrics) {
        HttpDispatcher sender = sender();
        Optional<LeasedCaps> caps = setup.profile().shared()
                ? Optional.of(new LeasedCaps(
                        shares, setup.owner(), setup.configs().jobs().lease(), nanoTime))
                : Optional.empty();
        Optional<LeasedBudgets> budgets = setup.profile().shared()
                ? Optional.of(new LeasedBudgets(new SqlBudgetTable(transactions)))
                : Optional.empty();
        NodeCapacity capacity = CallMemory.of(setup.settings(), HeapBudget.ofThisProcess());
        AdmissionMetrics.register(registry, capacity);
        return Sending.of(
                sender, models, metrics, setup.configs().shares(), caps, budgets, capacity, threads::later, timeAndIds);
    }

    private HttpDispatcher sender() {
        SpoolFolder spools = spools();
        SpoolMetrics.show(registry, spools);
        HttpDispatcher sender = new HttpDispatcher(
                setup.configs().http(), threads.timer(), Optional.of(spools), timeAndIds.time(), nanoTime);
        releases.add(sender::close);
        return sender;
    }

    private SpoolFolder spools() {
        DataFolder folder = setup.folder();
        try {
            return SpoolFolder.open(
                    folder.spool(),
                    new FreeSpaceFloor(folder.root(), setup.settings().bytes(Setting.FILES_MIN_FREE_BYTES)),
                    setup.settings().bytes(Setting.DISPATCH_SPOOL_BYTES),
                    SpoolPace.of(ProcessorLoad.ofThisMachine(), nanoTime));
        } catch (IOException e) {
            throw new UncheckedIOException("the folder " + folder.spool() + " cannot be used: " + e.getMessage(), e);
        }
    }

    private DispatchPlaces places(YamlModelDirectory models, DispatchChain chain) {
        DispatchPlaces places = new DispatchPlaces(
                running,
                new CurrentAvailability(models, chain.fleets()),
                setup.configs().jobs().dispatchThreads(),
                new JobStartLimiter(ProcessorLoad.ofThisMachine(), nanoTime),
                nanoTime);
        PlaceMetrics.show(registry, places);
        return places;
    }

    private Feeds feeds(Backends backends) {
        FeedSource source = new FeedSource(
                backends.catalogs().batches(),
                backends.catalogs().files(),
                backends.storage().store(),
                backends.storage().logs(),
                timeAndIds.time());
        Followers followers =
                new Followers(source, setup.configs().followers(), threads.tasks(), threads::later, nanoTime);
        DoorMetrics.showFollowers(registry, followers);
        return new Feeds(source, followers);
    }

    private FrontDoor door(DispatchPlaces places) {
        FrontDoor door = new FrontDoor(doorConfig(), places::isAlone, threads.tasks(), nanoTime);
        DoorMetrics.show(registry, door);
        return door;
    }

    private DoorConfig doorConfig() {
        DoorConfig wanted = setup.configs().door();
        DoorConfig possible = wanted.within(new ServerModel().requestThreads().orElse(wanted.threads()));
        if (!possible.equals(wanted)) {
            LOG.fewerThreads(
                    possible.threads(),
                    Setting.HTTP_THREADS.key(),
                    wanted.threads(),
                    possible.transfers(),
                    wanted.transfers(),
                    wanted.threads());
        }
        return possible;
    }

    private Pods pods(Backends backends, ShareTable shares, Lazy<KubernetesCluster> cluster) {
        OffloadMetrics offloads = new OffloadMetrics(registry);
        Pods pods = Pods.of(
                setup.profile(),
                setup.settings(),
                cluster,
                new Pods.Dependencies(backends, setup.modelsFile(), shares, offloads, timeAndIds, threads.tasks()));
        pods.jobs().ifPresent(jobs -> {
            releases.add(jobs::close);
            offloads.show(jobs::states);
        });
        return pods;
    }

    private Authentication authentication(Lazy<KubernetesCluster> cluster) {
        return Authentication.of(
                setup.settings(),
                new Authentication.Dependencies(
                        tokens -> cluster.get().authenticator(tokens, nanoTime),
                        threads.tasks(),
                        timeAndIds,
                        replacements.authenticator()));
    }
}
