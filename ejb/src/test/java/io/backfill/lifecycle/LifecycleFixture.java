package io.backfill.lifecycle;

import io.backfill.batches.Batch;
import io.backfill.batches.BatchCatalog;
import io.backfill.batches.BatchEvent;
import io.backfill.batches.BatchLeases;
import io.backfill.batches.BatchLifecycle;
import io.backfill.batches.BatchSpec;
import io.backfill.batches.CompletionWindow;
import io.backfill.batches.SealedHeaders;
import io.backfill.dispatch.AbortSignal;
import io.backfill.errors.BackfillException;
import io.backfill.errors.ErrorCode;
import io.backfill.fair.DeadlineWatch;
import io.backfill.ids.BatchId;
import io.backfill.memory.MemoryBatchCatalog;
import io.backfill.memory.MemorySweepLeases;
import io.backfill.plan.ModelPlan;
import io.backfill.plan.PlanManifest;
import io.backfill.queue.BatchEvents;
import io.backfill.queue.BatchQueue;
import io.backfill.queue.Wakeup;
import io.backfill.run.BatchRunner;
import io.backfill.run.DispatchPlaces;
import io.backfill.run.JobStartLimiter;
import io.backfill.run.LeaseHold;
import io.backfill.run.ModelAvailability;
import io.backfill.run.RunningBatch;
import io.backfill.run.RunningBatches;
import io.backfill.tenants.TenantId;
import io.backfill.testing.MemoryFileStore;
import io.backfill.testing.PlainHeaderVault;
import io.backfill.testing.SeededIds;
import io.backfill.testing.SettableTime;
import io.backfill.traces.BatchTraces;
import java.lang.reflect.Proxy;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;
import java.util.function.Predicate;

/** The background work of one node over the in-memory backends, with a clock that only the test moves. */
final class LifecycleFixture {
    static final JobsConfig CONFIG = new JobsConfig(70, 32, Duration.ofSeconds(20), Duration.ofSeconds(1));

    final SettableTime time = SettableTime.standing();
    final MemoryBatchCatalog catalog = new MemoryBatchCatalog(time);
    final BatchQueue queue = new RowQueue(catalog);
    final RunningBatches running = new RunningBatches();
    final RecordingRunner runner = new RecordingRunner();
    final MemoryFileStore store = new MemoryFileStore();
    final List<Wakeup> published = new ArrayList<>();
    final LeaseReleases returns = new LeaseReleases(releases(), catalog);
    final MemorySweepLeases sweepLeases = new MemorySweepLeases(time);
    final BatchHandback handback = new BatchHandback(
            breakable(), returns, running, queue, events(), store, new SpentBudgets(catalog, running));
    final Set<String> dead = new HashSet<>();
    /** Whether reads of the catalog fail. */
    boolean broken;
    /** Whether the release of a batch's lease fails. */
    Predicate<BatchId> releasesFail = batch -> false;

    final DispatchPlaces places =
            new DispatchPlaces(running, capacity(), CONFIG.dispatchThreads(), new JobStartLimiter(() -> 0, time), time);
    final SuspectIsolation isolation =
            new SuspectIsolation(catalog, catalog, sweepLeases, running, "node/1", CONFIG.lease(), time);
    final ClaimLoop claims = new ClaimLoop(
            queue,
            catalog,
            running,
            places,
            isolation,
            new JobStarter(
                    catalog,
                    queue,
                    running,
                    runner,
                    new PlainHeaderVault(),
                    returns,
                    isolation,
                    BatchTraces.NONE,
                    new JobStarter.Claims("node/1", CONFIG.lease(), time, time)),
            time);
    final LeaseRenewer renewer = new LeaseRenewer(catalog, catalog, running, CONFIG.lease(), time, time);
    final ProgressWriter progress = new ProgressWriter(catalog, running, new DeadlineWatch(time, time));

    private ModelAvailability capacity() {
        return new ModelAvailability() {
            @Override
            public int slots(String model) {
                return 4;
            }

            @Override
            public boolean usable(String model) {
                return !dead.contains(model);
            }
        };
    }

    /** The catalog, whose reads fail while {@link #broken}, with an exception that nobody has translated. */
    private BatchCatalog breakable() {
        return (BatchCatalog) Proxy.newProxyInstance(
                BatchCatalog.class.getClassLoader(),
                new Class<?>[] {BatchCatalog.class},
                (proxy, method, arguments) -> {
                    if (broken && method.getName().equals("find")) {
                        throw new IllegalStateException("the component is stopped");
                    }
                    return method.invoke(catalog, arguments);
                });
    }

    /** The leases of the catalog. Releases fail according to {@link #releasesFail}. */
    private BatchLeases releases() {
        return (BatchLeases) Proxy.newProxyInstance(
                BatchLeases.class.getClassLoader(), new Class<?>[] {BatchLeases.class}, (proxy, method, arguments) -> {
                    if (arguments[0] instanceof BatchId batch && releasesFail.test(batch)) {
                        throw new BackfillException(ErrorCode.UNAVAILABLE, "the database is away");
                    }
                    return method.invoke(catalog, arguments);
                });
    }

    private BatchEvents events() {
        return new BatchEvents() {
            @Override
            public void publish(Wakeup wakeup) {
                published.add(wakeup);
            }

            @Override
            public void subscribe(Consumer<Wakeup> listener) {
                throw new AssertionError("nobody subscribes here");
            }
        };
    }

    /** Creates a batch in the catalog and the queue. */
    Batch create(int number, String window) {
        return create(TenantId.DEFAULT, number, window);
    }

    Batch create(TenantId tenant, int number, String window) {
        BatchSpec spec = new BatchSpec(
                SeededIds.file(number).value(),
                "/v1/chat/completions",
                CompletionWindow.parse(window).orElseThrow(),
                Optional.empty(),
                Optional.empty());
        Batch batch = Batch.created(SeededIds.batch(number), tenant, spec, time.instant(), SealedHeaders.NONE);
        catalog.insert(batch);
        queue.offer(batch);
        return batch;
    }

    /** Returns a plan with one model. */
    PlanManifest manifest(String model, int lines) {
        return new PlanManifest(
                "files/in", lines, false, List.of(new ModelPlan(0, model, lines, "file", "plan-0", 10, 10)));
    }

    Batch row(Batch batch) {
        return catalog.find(batch.id()).orElseThrow();
    }

    void apply(Batch batch, BatchEvent event) {
        new BatchLifecycle(catalog, time).apply(row(batch), event);
    }

    RunningBatch held(Batch batch) {
        return running.find(batch.id()).orElseThrow();
    }

    /** Holds a claimed batch as a claim would. */
    RunningBatch hold(Batch claimed) {
        RunningBatch held = new RunningBatch(
                claimed, Map.of(), new LeaseHold(time, time.getAsLong(), CONFIG.lease()), new AbortSignal(time));
        running.add(held);
        return held;
    }

    /** The batches to be planned, read from the rows. */
    private record RowQueue(MemoryBatchCatalog rows) implements BatchQueue {
        @Override
        public void offer(Batch batch) {
            // the row already shows it
        }

        @Override
        public List<Candidate> next(int limit) {
            return rows.next("", Optional.empty(), limit, limit).stream()
                    .map(row -> new Candidate(row.id(), row.tenant()))
                    .toList();
        }

        @Override
        public void remove(BatchId id) {
            // the row already shows it
        }

        @Override
        public long size() {
            return rows.claimableCount();
        }
    }

    /** Records the batches that it is asked to start. */
    static final class RecordingRunner implements BatchRunner {
        final List<BatchId> started = new ArrayList<>();
        boolean refuses;

        @Override
        public void start(BatchId batch, long epoch) {
            if (refuses) {
                throw new IllegalStateException("the runtime is not there");
            }
            started.add(batch);
        }

        @Override
        public boolean isRunning(BatchId batch, long epoch) {
            return started.contains(batch);
        }
    }
}
