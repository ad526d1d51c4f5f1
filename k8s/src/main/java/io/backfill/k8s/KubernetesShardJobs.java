package io.backfill.k8s;

import static io.backfill.k8s.ApiFailures.asking;

import io.backfill.ids.BatchId;
import io.backfill.offload.JobCreation;
import io.backfill.offload.ShardJobSpec;
import io.backfill.offload.ShardJobState;
import io.backfill.offload.ShardJobState.Phase;
import io.backfill.offload.ShardJobs;
import io.fabric8.kubernetes.api.model.DeletionPropagation;
import io.fabric8.kubernetes.api.model.batch.v1.Job;
import io.fabric8.kubernetes.api.model.batch.v1.JobList;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.dsl.NonNamespaceOperation;
import io.fabric8.kubernetes.client.dsl.ScalableResource;
import io.fabric8.kubernetes.client.informers.ResourceEventHandler;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Consumer;
import java.util.function.LongSupplier;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * Manages the Jobs of this gateway through the Kubernetes API. Jobs are only created and deleted, never changed. Events of a watch
 * are kept in memory; {@link #lookOnce}, called every few seconds, keeps the watch running and checks it against a full list.
 */
public final class KubernetesShardJobs implements ShardJobs {
    private static final int MOST_ORPHANS = 100;
    private static final int MOST_CHECKS = 20;

    private final KubernetesClient client;
    private final OffloadConfig config;
    private final JobTemplate template;
    private final JobCreator creator;
    private final JobCache cache = new JobCache();
    private final JobWatch watch;
    private final JobDiagnosis diagnosis;
    private final long relistNanos;
    private final LongSupplier nanoTime;
    private final InstantSource time;
    private final List<Consumer<BatchId>> listeners = new CopyOnWriteArrayList<>();

    // guards the two fields below; serializes passes
    private final Object pass = new Object();
    private long listedAt;
    private @Nullable List<Job> lastList;

    KubernetesShardJobs(
            KubernetesClient client, OffloadConfig config, ApiConfig api, LongSupplier nanoTime, InstantSource time) {
        this.client = client;
        this.config = config;
        this.template = new JobTemplate(config);
        this.creator = new JobCreator(this::jobs, this::isOurs);
        this.watch = new JobWatch(client, config.namespace(), JobLabels.selector(config.instance()), new Changes());
        this.diagnosis = new JobDiagnosis(
                client, config.namespace(), api.podCheckInterval().toNanos(), nanoTime);
        this.relistNanos = api.relist().toNanos();
        this.nanoTime = nanoTime;
        this.time = time;
    }

    @Override
    public JobCreation create(ShardJobSpec spec) {
        JobCreator.Made made = creator.create(template.job(spec));
        Job job = made.job();
        if (job != null) {
            cache.put(job);
        }
        return made.creation();
    }

    @Override
    public List<ShardJobState> find(BatchId batch) {
        List<Job> found = asking(() -> jobs().withLabels(JobLabels.selector(config.instance(), batch))
                .list()
                .getItems());
        found.forEach(cache::put);
        return read(found);
    }

    @Override
    public List<ShardJobState> states() {
        return read(cache.all());
    }

    @Override
    public void listen(Consumer<BatchId> changed) {
        listeners.add(changed);
    }

    @Override
    public boolean delete(BatchId batch, int generation) {
        String name = ShardJobSpec.name(batch, generation);
        return asking(() -> {
            Job job = jobs().withName(name).get();
            if (job == null) {
                Job known = cache.get(name);
                if (known != null) {
                    cache.remove(known);
                }
                return true;
            }
            if (!isOurs(job)) {
                return true;
            }
            cache.put(job);
            if (job.getMetadata().getDeletionTimestamp() == null) {
                deleteAfterItsPods(name);
            }
            return false;
        });
    }

    @Override
    public int deleteOrphans(Predicate<BatchId> alive, Duration minAge) {
        List<Job> all = list();
        Instant before = time.instant().minus(minAge);
        int deleted = 0;
        for (ShardJobState state : read(all)) {
            if (deleted < MOST_ORPHANS
                    && state.phase() != Phase.DELETING
                    && state.createdAt().isBefore(before)
                    && !alive.test(state.batch())) {
                asking(() -> deleteAfterItsPods(state.name()));
                deleted++;
            }
        }
        return deleted;
    }

    @Override
    public boolean watching() {
        return watch.isWatching();
    }

    /**
     * Runs one pass: starts the watch if it is not running, lists all Jobs if that is due (always in the first pass), and checks
     * the pods of stalled Jobs. A timer calls this about once a second. Blocks during requests to the cluster.
     *
     * @throws io.backfill.errors.BackfillException {@code UNAVAILABLE}; the next pass tries again
     */
    public void lookOnce() {
        synchronized (pass) {
            watch.ensure();
            if (lastList == null || nanoTime.getAsLong() - listedAt >= relistNanos) {
                relist();
            }
            checkPods();
        }
    }

    private void checkPods() {
        Map<String, Job> jobs = new HashMap<>();
        cache.all().forEach(job -> jobs.put(job.getMetadata().getName(), job));
        diagnosis.keep(jobs.keySet());
        List<ShardJobState> due = new ArrayList<>();
        for (ShardJobState state : read(jobs.values())) {
            Job job = jobs.getOrDefault(state.name(), new Job());
            if (JobDiagnosis.isWell(job, state)) {
                if (diagnosis.forget(state.name())) {
                    tell(state.batch());
                }
            } else if (diagnosis.isDue(job, state)) {
                due.add(state);
            }
        }
        // longest unchecked first; the others follow in the next pass
        due.sort(Comparator.comparingLong((ShardJobState state) -> diagnosis.age(state.name()))
                .reversed());
        for (ShardJobState state : due.subList(0, Math.min(due.size(), MOST_CHECKS))) {
            Job job = jobs.getOrDefault(state.name(), new Job());
            if (asking(() -> diagnosis.check(job, state))) {
                tell(state.batch());
            }
        }
    }

    /**
     * Replaces the cache with a full list. If the watch has not reported the content of a list by the time of the next one, it is
     * broken and is restarted.
     */
    private void relist() {
        List<Job> earlier = lastList;
        if (earlier != null && watch.isDeaf(earlier, cache)) {
            watch.restart();
        }
        List<Job> before = cache.all();
        List<Job> list = list();
        Set<String> changed = cache.replace(before, list);
        listedAt = nanoTime.getAsLong();
        lastList = list;
        before.stream()
                .filter(job -> changed.contains(job.getMetadata().getName()))
                .forEach(this::tell);
        list.stream()
                .filter(job -> changed.contains(job.getMetadata().getName()))
                .forEach(this::tell);
    }

    @Override
    public void close() {
        watch.close();
        listeners.clear();
    }

    private List<Job> list() {
        return asking(() ->
                jobs().withLabels(JobLabels.selector(config.instance())).list().getItems());
    }

    /** Deletes in the foreground, so that the Job stays until its pods are gone. A plain DELETE would leave the pods running. */
    private boolean deleteAfterItsPods(String name) {
        jobs().withName(name)
                .withPropagationPolicy(DeletionPropagation.FOREGROUND)
                .delete();
        return true;
    }

    private boolean isOurs(Job job) {
        Map<String, String> labels = job.getMetadata().getLabels();
        return labels != null
                && labels.entrySet()
                        .containsAll(JobLabels.selector(config.instance()).entrySet())
                && JobTranslator.read(job, List.of()).isPresent();
    }

    private List<ShardJobState> read(Iterable<Job> jobs) {
        List<ShardJobState> states = new ArrayList<>();
        for (Job job : jobs) {
            JobTranslator.read(job, diagnosis.found(job.getMetadata().getName()))
                    .ifPresent(states::add);
        }
        states.sort(Comparator.comparing(ShardJobState::createdAt)
                .thenComparing(ShardJobState::batch)
                .thenComparing(ShardJobState::generation));
        return states;
    }

    private NonNamespaceOperation<Job, JobList, ScalableResource<Job>> jobs() {
        return client.batch().v1().jobs().inNamespace(config.namespace());
    }

    private void tell(Job job) {
        Optional<ShardJobState> state = JobTranslator.read(job, List.of());
        state.ifPresent(known -> tell(known.batch()));
    }

    private void tell(BatchId batch) {
        listeners.forEach(listener -> listener.accept(batch));
    }

    /** Called on a thread of the client, one call at a time. */
    private final class Changes implements ResourceEventHandler<Job> {
        @Override
        public void onAdd(Job job) {
            if (cache.put(job)) {
                tell(job);
            }
        }

        @Override
        public void onUpdate(Job before, Job job) {
            onAdd(job);
        }

        @Override
        public void onDelete(Job job, boolean finalStateUnknown) {
            cache.remove(job);
            tell(job);
        }
    }
}
