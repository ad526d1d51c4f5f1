package io.backfill.offload;

import io.backfill.ids.BatchId;
import io.backfill.offload.ShardJobState.Phase;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Consumer;
import java.util.function.Predicate;

/** {@link ShardJobs} without a cluster, whose Jobs have the states that a test sets. */
final class MemoryShardJobs implements ShardJobs {
    private final Map<String, ShardJobState> jobs = new LinkedHashMap<>();
    private final List<Consumer<BatchId>> listeners = new CopyOnWriteArrayList<>();
    private final List<ShardJobSpec> asked = new ArrayList<>();
    private Optional<JobCreation.Refused> refusal = Optional.empty();
    private boolean lostNode;

    @Override
    public synchronized JobCreation create(ShardJobSpec spec) {
        asked.add(spec);
        ShardJobState there = jobs.get(spec.name());
        if (there != null) {
            return new JobCreation.Adopted(there);
        }
        if (refusal.isPresent()) {
            return refusal.get();
        }
        ShardJobState made = state(spec.batch(), spec.generation(), spec.partitions(), Phase.WAITING, List.of());
        jobs.put(spec.name(), made);
        return new JobCreation.Created(made);
    }

    synchronized void refuse(Optional<JobCreation.Refused> next) {
        refusal = next;
    }

    /** From now on the pods are on a Kubernetes node that does not respond, so nothing of a Job can be deleted. */
    synchronized void loseNode() {
        lostNode = true;
    }

    /** Returns the Jobs that have been requested so far. */
    synchronized List<ShardJobSpec> asked() {
        return List.copyOf(asked);
    }

    /** Sets the state of a Job as the cluster reports it. The Job need not have been requested here. */
    void set(BatchId batch, int generation, List<Integer> partitions, Phase phase, ShardProblem... problems) {
        synchronized (this) {
            jobs.put(
                    ShardJobSpec.name(batch, generation),
                    state(batch, generation, partitions, phase, List.of(problems)));
        }
        tell(batch);
    }

    void tell(BatchId batch) {
        listeners.forEach(listener -> listener.accept(batch));
    }

    private static ShardJobState state(
            BatchId batch, int generation, List<Integer> partitions, Phase phase, List<ShardProblem> problems) {
        return new ShardJobState(
                batch,
                generation,
                partitions,
                phase,
                1,
                phase == Phase.RUNNING ? 1 : 0,
                Set.of(),
                Set.of(),
                phase == Phase.FAILED ? "FailedIndexes" : "",
                problems,
                Instant.EPOCH,
                Optional.of(Instant.EPOCH));
    }

    @Override
    public synchronized List<ShardJobState> find(BatchId batch) {
        return states().stream().filter(job -> job.batch().equals(batch)).toList();
    }

    @Override
    public synchronized List<ShardJobState> states() {
        return List.copyOf(jobs.values());
    }

    @Override
    public void listen(Consumer<BatchId> changed) {
        listeners.add(changed);
    }

    @Override
    public synchronized boolean delete(BatchId batch, int generation) {
        return !lostNode && jobs.remove(ShardJobSpec.name(batch, generation)) == null;
    }

    @Override
    public synchronized int deleteOrphans(Predicate<BatchId> alive, Duration minAge) {
        int before = jobs.size();
        jobs.values().removeIf(job -> !alive.test(job.batch()));
        return before - jobs.size();
    }

    @Override
    public boolean watching() {
        return true;
    }

    @Override
    public void close() {
        listeners.clear();
    }
}
