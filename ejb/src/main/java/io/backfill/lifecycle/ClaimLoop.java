package io.backfill.lifecycle;

import static io.backfill.ops.BackfillLog.LOG;

import io.backfill.batches.Batch;
import io.backfill.batches.WaitingBatch;
import io.backfill.batches.WaitingBatches;
import io.backfill.dispatch.AbortCause;
import io.backfill.ids.BatchId;
import io.backfill.queue.BatchQueue;
import io.backfill.queue.BatchQueue.Candidate;
import io.backfill.run.BlockedBatches;
import io.backfill.run.DispatchPlaces;
import io.backfill.run.RunningBatch;
import io.backfill.run.RunningBatches;
import io.backfill.tenants.TenantId;
import java.time.InstantSource;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * Acquires the leases of waiting batches and starts their jobs. Planning and assembling files have a few threads each, so
 * that neither waits for a model. A planned batch is claimed when {@link DispatchPlaces} has a place for it, and surplus
 * batches are released when others wait for their places. The lease in the row is authoritative.
 */
public final class ClaimLoop {
    /** Models considered per pass; the next pass continues with the following ones. */
    private static final int MODELS = 64;

    /** Larger than the number of tenants that a model serves at once, so that waiting tenants are considered, too. */
    private static final int TENANTS = 64;

    private static final int BATCHES_EACH = 4;

    /** Number of batches considered for planning: one of each tenant if that many tenants wait. */
    private static final int CANDIDATES = 32;

    private final BatchQueue queue;
    private final WaitingBatches waiting;
    private final RunningBatches running;
    private final DispatchPlaces places;
    private final SuspectIsolation isolation;
    private final JobStarter starts;
    private final InstantSource time;
    private final TenantPlanningOrder turns = new TenantPlanningOrder();
    private final SkippedBatches skipped;

    /** Where the next pass continues. Used by one thread. */
    private String lastModel = "";

    private Optional<TenantId> lastTenant = Optional.empty();

    private volatile boolean stopped;
    private volatile boolean paused;

    public ClaimLoop(
            BatchQueue queue,
            WaitingBatches waiting,
            RunningBatches running,
            DispatchPlaces places,
            SuspectIsolation isolation,
            JobStarter starts,
            InstantSource time) {
        this.queue = queue;
        this.waiting = waiting;
        this.running = running;
        this.places = places;
        this.isolation = isolation;
        this.starts = starts;
        this.time = time;
        this.skipped = new SkippedBatches(places);
    }

    /** One pass: claims and starts the batches that fit, and releases surplus ones. Returns the number of batches started. */
    public int claimOnce() {
        if (isIdle() || !starts.mayClaim()) {
            return 0;
        }
        long askedAt = starts.nanoTime();
        Optional<Batch> suspect = isolation.claim();
        int claimed = suspect.flatMap(batch -> starts.begin(batch, askedAt, RunningBatch::takenOver))
                        .isPresent()
                ? 1
                : 0;
        if (isolation.closed()) {
            return claimed;
        }
        claimed += settle() + takeOver() + plan();
        BlockedBatches blocked = new BlockedBatches();
        claimed += dispatch(blocked);
        places.backlog(blocked.models());
        for (RunningBatch surplus : places.surplus(blocked)) {
            if (surplus.abort().trip(AbortCause.YIELD)) {
                LOG.aborted(surplus.id().value(), AbortCause.YIELD.name());
            }
        }
        return claimed;
    }

    /** Stops claiming; for shutdown. */
    public void stop() {
        stopped = true;
    }

    /** Stops claiming until the next call with {@code false}. Returns whether this call changed that. */
    public boolean pause(boolean now) {
        boolean changed = paused != now;
        paused = now;
        return changed;
    }

    private boolean isIdle() {
        return stopped || paused;
    }

    private int settle() {
        int free = JobsConfig.SETTLERS
                - (int) beforeDispatch().filter(RunningBatch::settles).count();
        if (free <= 0) {
            return 0;
        }
        int claimed = 0;
        for (BatchId candidate : waiting.settleable(time.instant(), free)) {
            if (isFree(candidate) && starts.claim(candidate, batch -> {}).isPresent()) {
                claimed++;
            }
        }
        return claimed;
    }

    /** Claims batches of nodes that died. They come first, whatever their position in the queue. */
    private int takeOver() {
        int free = freePlanners();
        if (free <= 0) {
            return 0;
        }
        int claimed = 0;
        for (BatchId candidate : waiting.abandoned(free)) {
            if (isFree(candidate)
                    && starts.claim(candidate, RunningBatch::takenOver).isPresent()) {
                LOG.debugf("Batch %s was taken over: the lease of its last owner had expired", candidate);
                claimed++;
            }
        }
        return claimed;
    }

    /**
     * Claims batches to be planned. One tenant can use all planners but one, so that another tenant's input is read at once,
     * whatever the size of the first one's files.
     */
    private int plan() {
        int free = freePlanners();
        skipped.planners(free);
        if (free <= 0) {
            return 0;
        }
        Map<TenantId, Integer> planning = new HashMap<>();
        planning().forEach(batch -> planning.merge(batch.batch().tenant(), 1, Integer::sum));
        int claimed = 0;
        for (Candidate candidate : turns.inTurn(queue.next(CANDIDATES), planning)) {
            if (claimed == free) {
                break;
            }
            TenantId tenant = candidate.tenant();
            int ofTenant = planning.getOrDefault(tenant, 0);
            if (ofTenant >= JobsConfig.PLANNERS - 1) {
                skipped.tenantIsPlanning(candidate, ofTenant);
            } else if (isFree(candidate.id())
                    && starts.claim(candidate.id(), batch -> {}).isPresent()) {
                planning.merge(tenant, 1, Integer::sum);
                turns.taken(tenant);
                claimed++;
            }
        }
        return claimed;
    }

    private int freePlanners() {
        return JobsConfig.PLANNERS - (int) planning().count();
    }

    private Stream<RunningBatch> planning() {
        return beforeDispatch().filter(batch -> !batch.settles());
    }

    private Stream<RunningBatch> beforeDispatch() {
        return running.all().stream().filter(batch -> !batch.isDispatched());
    }

    private boolean isFree(BatchId candidate) {
        return !isIdle() && running.find(candidate).isEmpty();
    }

    private int dispatch(BlockedBatches blocked) {
        List<String> models = waiting.models(lastModel, MODELS);
        if (models.size() < MODELS && !lastModel.isEmpty()) {
            // wrap around to the first model name
            models = Stream.concat(models.stream(), waiting.models("", MODELS).stream())
                    .distinct()
                    .toList();
            lastModel = "";
        } else {
            lastModel = models.size() < MODELS ? "" : models.getLast();
        }
        int claimed = 0;
        for (String model : models) {
            if (!isIdle() && !places.isShut(model)) {
                claimed += dispatch(model, blocked);
            }
        }
        return claimed;
    }

    /** Claims the first batches of each tenant, beginning with the tenants that hold least on this node. */
    private int dispatch(String model, BlockedBatches blocked) {
        int claimed = 0;
        int before;
        do {
            before = claimed;
            for (WaitingBatch candidate : places.inTurn(model, next(model))) {
                DispatchPlaces.Verdict verdict = places.reserve(candidate);
                if (verdict != DispatchPlaces.Verdict.PLACE) {
                    blocked.add(model, candidate.tenant(), 1 + candidate.models(), verdict);
                    skipped.hasNoPlace(candidate, verdict);
                } else if (start(candidate)) {
                    claimed++;
                }
            }
        } while (claimed > before && !isIdle());
        return claimed;
    }

    /** Returns the next waiting batches of a model. With many tenants, consecutive calls return those of different tenants. */
    private List<WaitingBatch> next(String model) {
        List<WaitingBatch> next = waiting.next(model, lastTenant, TENANTS, BATCHES_EACH);
        if (next.isEmpty() && lastTenant.isPresent()) {
            next = waiting.next(model, Optional.empty(), TENANTS, BATCHES_EACH);
        }
        boolean many = next.stream().map(WaitingBatch::tenant).distinct().count() == TENANTS;
        lastTenant = many ? Optional.of(next.getLast().tenant()) : Optional.empty();
        return next;
    }

    private boolean start(WaitingBatch candidate) {
        try {
            return isFree(candidate.id())
                    && starts.claim(candidate.id(), batch -> places.seat(batch, candidate))
                            .isPresent();
        } finally {
            places.settled(candidate.id());
        }
    }
}
