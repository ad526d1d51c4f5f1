package io.backfill.lifecycle;

import static io.backfill.ops.BackfillLog.LOG;

import io.backfill.batches.Batch;
import io.backfill.batches.BatchLeases;
import io.backfill.batches.BatchSupervision;
import io.backfill.batches.Supervision;
import io.backfill.dispatch.AbortCause;
import io.backfill.errors.BackfillException;
import io.backfill.ids.BatchId;
import io.backfill.retention.SweepLeases;
import io.backfill.run.RunningBatch;
import io.backfill.run.RunningBatches;
import io.backfill.run.StartRamp;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.LongSupplier;

/**
 * Runs suspects, which are batches with which nodes died, one at a time and alone on this node, so that another death harms
 * no other batch. An idle node claims a suspect at once. When all nodes are busy, one of them releases its batches after a
 * minute. A suspect yields after two minutes if other batches wait, and resumes later from the window it had reached. A
 * suspect whose window has reached its full size is cleared. For the claiming thread only.
 */
public final class SuspectIsolation {
    static final Duration PATIENCE = Duration.ofMinutes(1);
    static final Duration TURN = Duration.ofMinutes(2);

    private static final String TURN_NAME = "suspects";
    /** Longer than a turn and the grace of open calls. */
    private static final Duration TURN_LEASE = Duration.ofMinutes(5);

    private static final int CANDIDATES = 32;
    private static final int MOST_REMEMBERED = 1000;

    private final BatchLeases leases;
    private final BatchSupervision supervision;
    private final SweepLeases sweepLeases;
    private final RunningBatches running;
    private final String owner;
    private final Duration lease;
    private final LongSupplier nanoTime;

    /** Suspects that yielded on this node, with the window they had reached. Lost when the node dies, as it must be. */
    private final Map<BatchId, Reached> reached = new LinkedHashMap<>();

    private Optional<Long> waitingSince = Optional.empty();
    private Optional<Long> othersUntil = Optional.empty();
    private boolean turnTaken;
    private boolean closed;

    private record Reached(int starts, Duration ramp) {}

    /** @param sweepLeases leases shared by all nodes: one node at a time makes room for a suspect */
    public SuspectIsolation(
            BatchLeases leases,
            BatchSupervision supervision,
            SweepLeases sweepLeases,
            RunningBatches running,
            String owner,
            Duration lease,
            LongSupplier nanoTime) {
        this.leases = leases;
        this.supervision = supervision;
        this.sweepLeases = sweepLeases;
        this.running = running;
        this.owner = owner;
        this.lease = lease;
        this.nanoTime = nanoTime;
    }

    /** One pass, before any other claim. Returns the suspect to be started now, already claimed. */
    public Optional<Batch> claim() {
        try {
            Optional<RunningBatch> alone =
                    running.all().stream().filter(RunningBatch::alone).findFirst();
            if (alone.isPresent()) {
                watch(alone.get());
                return Optional.empty();
            }
            return claimNext();
        } catch (BackfillException databaseAway) {
            closed = running.all().stream().anyMatch(RunningBatch::alone);
            return Optional.empty();
        }
    }

    /** Whether nothing else may be claimed on this node, as of the last pass. */
    public boolean closed() {
        return closed;
    }

    /**
     * Makes a claimed suspect run alone with a window that grows slowly; leaves any other batch unchanged. To be called
     * before its job is started.
     */
    public void prepare(RunningBatch claimed) {
        Batch batch = claimed.batch();
        if (batch.supervision().earlierDeaths() >= Supervision.SUSPECT_FROM
                && !claimed.abort().isTripped()) {
            Duration behind = Optional.ofNullable(reached.remove(batch.id()))
                    .filter(before -> before.starts() == batch.supervision().startsWithoutEnd())
                    .map(Reached::ramp)
                    .orElse(Duration.ZERO);
            claimed.runAlone(new StartRamp(behind, nanoTime));
            LOG.suspectRunsAlone(batch.id().value(), batch.supervision().earlierDeaths());
        }
    }

    private void watch(RunningBatch alone) {
        closed = true;
        StartRamp ramp = alone.ramp().orElseThrow();
        if (ramp.over()) {
            supervision.clear(alone.id(), alone.epoch());
            alone.runBesideOthers();
            closed = false;
            endTurn();
            LOG.suspectCleared(alone.id().value());
        } else if (since(waitingSince).compareTo(TURN) >= 0
                && !alone.abort().isTripped()
                && leases.claimableCount() > 0) {
            LOG.debugf("Batch %s, which runs alone, yields after %s because other batches wait", alone.id(), TURN);
            remember(alone, ramp);
            alone.abort().trip(AbortCause.YIELD);
            othersUntil = Optional.of(nanoTime.getAsLong() + TURN.toNanos());
        }
    }

    private Optional<Batch> claimNext() {
        closed = false;
        boolean idle = running.all().isEmpty();
        List<BatchId> suspects = supervision.suspects(CANDIDATES);
        if (suspects.isEmpty() || othersAreNext(idle)) {
            waitingSince = Optional.empty();
            endTurn();
            return Optional.empty();
        }
        if (!idle) {
            makeRoom();
            return Optional.empty();
        }
        Optional<Batch> claimed = supervision.claimSuspect(suspects.getFirst(), owner, lease);
        closed = claimed.isPresent();
        waitingSince = claimed.map(batch -> nanoTime.getAsLong());
        return claimed;
    }

    private boolean othersAreNext(boolean idle) {
        boolean resting =
                othersUntil.filter(until -> nanoTime.getAsLong() - until < 0).isPresent();
        return resting && (!idle || leases.claimableCount() > 0);
    }

    /** Releases the running batches once a suspect has waited long enough and no other node makes room. */
    private void makeRoom() {
        if (waitingSince.isEmpty()) {
            waitingSince = Optional.of(nanoTime.getAsLong());
        }
        if (since(waitingSince).compareTo(PATIENCE) >= 0 && sweepLeases.take(TURN_NAME, owner, TURN_LEASE)) {
            turnTaken = true;
            closed = true;
            LOG.debugf(
                    "All %d batches of this node yield to a batch that must run alone and has waited for %s",
                    running.all().size(), since(waitingSince));
            running.all().forEach(held -> held.abort().trip(AbortCause.YIELD));
        }
    }

    private void endTurn() {
        if (turnTaken) {
            turnTaken = false;
            sweepLeases.end(TURN_NAME, owner, Duration.ZERO);
        }
    }

    private void remember(RunningBatch alone, StartRamp ramp) {
        if (reached.size() >= MOST_REMEMBERED) {
            reached.remove(reached.keySet().iterator().next());
        }
        reached.put(alone.id(), new Reached(alone.batch().supervision().startsWithoutEnd(), ramp.length()));
    }

    private Duration since(Optional<Long> moment) {
        return moment.map(then -> Duration.ofNanos(nanoTime.getAsLong() - then)).orElse(Duration.ZERO);
    }
}
