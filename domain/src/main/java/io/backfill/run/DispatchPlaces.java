package io.backfill.run;

import static java.lang.System.Logger.Level.DEBUG;

import io.backfill.batches.ModelWork;
import io.backfill.batches.Priority;
import io.backfill.batches.WaitingBatch;
import io.backfill.ids.BatchId;
import io.backfill.tenants.TenantId;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.LongSupplier;
import java.util.stream.Collectors;

/**
 * Decides which planned batches are dispatched on this node. A model receives batches until those on this node have twice as many
 * lines as the model may have open calls and every waiting tenant (at most 32 at a time) has its part. A model without a usable
 * replica keeps a single batch, which detects when a replica is back.
 *
 * <p>Threads of the batch runtime are shared by dynamic thresholds (Choudhury and Hahne 1998): a tenant, and a model, may hold at
 * most twice as many threads as are free, and a sixth of all threads is reserved for tenants that hold none. The number of held
 * threads is computed from the running batches each time, so threads cannot leak. The starts of a tenant are spread by
 * {@link JobStartLimiter}. Thread-safe. Never blocks.
 */
public final class DispatchPlaces {
    private static final System.Logger LOG = System.getLogger("io.backfill.run");

    /** Maximum number of tenants that a model serves at a time. */
    static final int TENANTS = 32;

    private final RunningBatches running;
    private final ModelAvailability capacity;
    private final int threads;
    private final LongSupplier nanoTime;

    /** Guarded by this, like {@code reserved}. */
    private final JobStartLimiter limiter;

    private final Map<BatchId, DispatchPlace> reserved = new HashMap<>();

    private volatile Set<String> backlog = Set.of();
    private volatile Runnable onChange = () -> {};

    /** Outcome of a request for a place: the place, or the resource that the batch waits for. */
    public enum Verdict {
        PLACE,
        /** Waits for a replica that responds. */
        REPLICA,
        /** Waits because its tenant already has enough lines on this node. */
        LINES,
        /** Waits for the turn of its tenant among more than 32. */
        TURN,
        /** Waits for threads. */
        THREADS,
        /** Waits for spare processor capacity for its tenant's starts, see {@link JobStartLimiter}. */
        PACE
    }

    /** @param threads of the batch runtime that all dispatched batches together may hold */
    public DispatchPlaces(
            RunningBatches running,
            ModelAvailability capacity,
            int threads,
            JobStartLimiter limiter,
            LongSupplier nanoTime) {
        this.running = running;
        this.capacity = capacity;
        this.threads = threads;
        this.limiter = limiter;
        this.nanoTime = nanoTime;
    }

    /**
     * Sets the action that runs after each decision on a planned batch, because another batch may then be planned. It must not
     * block.
     */
    public void onChange(Runnable action) {
        onChange = action;
    }

    /** Sets the models with batches waiting for a place. A batch that is planned later does not overtake them. */
    public void backlog(Set<String> models) {
        backlog = Set.copyOf(models);
    }

    /** Reserves a place for a waiting batch until {@link #settled}. */
    public synchronized Verdict reserve(WaitingBatch waiting) {
        Map<String, Integer> left = Map.of(waiting.model(), Math.max(1, waiting.lines()));
        PlaceRules rules = rules();
        if (!isInPace(rules, waiting.tenant())) {
            return Verdict.PACE;
        }
        int wanted = 1 + waiting.models();
        Verdict verdict = rules.judge(waiting.tenant(), waiting.priority(), left.keySet(), wanted, false);
        if (verdict == Verdict.PLACE) {
            limiter.started(waiting.tenant(), waiting.models());
            reserved.put(
                    waiting.id(),
                    new DispatchPlace(
                            waiting.id(),
                            waiting.tenant(),
                            waiting.priority(),
                            left,
                            wanted,
                            nanoTime.getAsLong(),
                            Optional.empty()));
        }
        return verdict;
    }

    /** Explains, with figures as of now, why {@link #reserve} did not reserve a place. */
    public synchronized String explain(WaitingBatch waiting, Verdict verdict) {
        return rules().explain(waiting, verdict);
    }

    /** Assigns the reserved place to the batch that was claimed for it. Must be called before its job starts. */
    public void seat(RunningBatch batch, WaitingBatch as) {
        batch.expects(Map.of(as.model(), Math.max(1, as.lines())));
        batch.dispatched(1 + as.models(), false, nanoTime.getAsLong());
    }

    /**
     * Whether reading the batches that wait for the model is pointless: no replica responds, and no further batch may probe the
     * model, because one already does or the threads for probes are used up.
     */
    public synchronized boolean isShut(String model) {
        return !capacity.usable(model) && !rules().mayProbe(model);
    }

    /**
     * Returns the waiting batches of a model in the order in which they are to be considered: batches of tenants with the fewest
     * places on this node first.
     */
    public synchronized List<WaitingBatch> inTurn(String model, List<WaitingBatch> waiting) {
        Map<TenantId, Long> turns = new HashMap<>();
        occupancy().sending(model).forEach(seat -> turns.merge(seat.tenant(), 1L, Long::sum));
        record Turn(long number, WaitingBatch batch) {}
        return waiting.stream()
                .map(batch -> new Turn(turns.merge(batch.tenant(), 1L, Long::sum), batch))
                .sorted(Comparator.comparingLong(Turn::number)
                        .thenComparing(turn -> turn.batch().deadline()))
                .map(Turn::batch)
                .toList();
    }

    /** Removes the reservation of a batch that is running or could not be claimed. */
    public synchronized void settled(BatchId batch) {
        reserved.remove(batch);
    }

    /**
     * Decides whether a batch that has just been planned or taken over is dispatched immediately. If so, it holds its place from
     * now on.
     *
     * @param inPods whether the batch runs on the cluster
     */
    public boolean enter(RunningBatch batch, boolean inPods) {
        boolean entered = tryEnter(batch, inPods);
        onChange.run();
        return entered;
    }

    private synchronized boolean tryEnter(RunningBatch batch, boolean inPods) {
        Set<String> models = batch.left().stream().map(ModelWork::model).collect(Collectors.toSet());
        if (!batch.isDispatched()) {
            PlaceRules rules = rules();
            Verdict verdict = judge(rules, batch, models, inPods);
            if (verdict != Verdict.PLACE || isPassing(rules.now(), batch, models)) {
                String why = verdict == Verdict.PLACE ? "others wait for its models" : verdict.name();
                LOG.log(DEBUG, () -> "Planned batch %s gets no place yet: %s".formatted(batch.id(), why));
                return false;
            }
            limiter.started(batch.batch().tenant(), inPods ? 0 : models.size());
        }
        batch.dispatched(inPods ? 1 : 1 + models.size(), inPods, nanoTime.getAsLong());
        return true;
    }

    private Verdict judge(PlaceRules rules, RunningBatch batch, Set<String> models, boolean inPods) {
        TenantId tenant = batch.batch().tenant();
        Verdict verdict = inPods
                ? rules.judgeThreads(tenant, 1)
                : rules.judge(tenant, batch.priority(), models, 1 + models.size(), batch.isTakenOver());
        boolean inPace = batch.isTakenOver() || isInPace(rules, tenant);
        return verdict == Verdict.PLACE && !inPace ? Verdict.PACE : verdict;
    }

    private boolean isInPace(PlaceRules rules, TenantId tenant) {
        return limiter.allows(tenant) || rules.isAlone(tenant);
    }

    /** Whether no other tenant sends anything from this node, so that the tenant can slow no other calls. */
    public synchronized boolean isAlone(TenantId tenant) {
        return rules().isAlone(tenant);
    }

    /**
     * Whether the batch would overtake others: batches wait for all of its models, and its tenant is already served there. A batch
     * with a high priority may overtake.
     */
    private boolean isPassing(Occupancy now, RunningBatch batch, Set<String> models) {
        return !batch.isTakenOver()
                && batch.priority() != Priority.HIGH
                && models.stream()
                        .allMatch(model -> backlog.contains(model)
                                && now.tenantsOf(model).contains(batch.batch().tenant()));
    }

    /** Returns the batches to hand back in favor of waiting batches; see {@link HandbackSelection}. */
    public synchronized List<RunningBatch> surplus(BlockedBatches blocked) {
        PlaceRules rules = rules();
        return new HandbackSelection(rules.now(), capacity, rules.reserve(), rules.probeThreads(), nanoTime.getAsLong())
                .of(blocked);
    }

    /** Returns the number of threads that dispatched batches hold now. */
    public synchronized int threadsUsed() {
        return threads - occupancy().free();
    }

    /** Returns the number of batches that are dispatched now. */
    public long dispatched() {
        return running.all().stream().filter(RunningBatch::isDispatched).count();
    }

    private PlaceRules rules() {
        return new PlaceRules(occupancy(), capacity);
    }

    private Occupancy occupancy() {
        List<DispatchPlace> seats = new ArrayList<>(reserved.values());
        for (RunningBatch batch : running.all()) {
            if (batch.isDispatched() && !reserved.containsKey(batch.id())) {
                seats.add(batch.seat());
            }
        }
        return new Occupancy(seats, threads);
    }
}
