package io.backfill.k8s;

import io.backfill.offload.ShardJobState;
import io.backfill.offload.ShardJobState.Phase;
import io.backfill.offload.ShardProblem;
import io.fabric8.kubernetes.api.model.Event;
import io.fabric8.kubernetes.api.model.ListOptions;
import io.fabric8.kubernetes.api.model.ListOptionsBuilder;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.batch.v1.Job;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientException;
import java.net.HttpURLConnection;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.LongSupplier;

/**
 * What is wrong with Jobs that get nowhere. Their pods are listed, a page of them, and nobody else's: a cluster with thousands of
 * healthy pods is not asked about one of them.
 */
final class PodLooks {
    private static final ListOptions PAGE =
            new ListOptionsBuilder().withLimit(200L).build();

    private final KubernetesClient client;
    private final String namespace;
    private final long everyNanos;
    private final LongSupplier nanoTime;
    private final Map<String, Look> looks = new ConcurrentHashMap<>();

    private record Look(long at, String version, List<ShardProblem> found) {}

    PodLooks(KubernetesClient client, String namespace, long everyNanos, LongSupplier nanoTime) {
        this.client = client;
        this.namespace = namespace;
        this.everyNanos = everyNanos;
        this.nanoTime = nanoTime;
    }

    /** What was found last; empty for a Job that is well, and for one nobody looked at yet. */
    List<ShardProblem> found(String job) {
        Look look = looks.get(job);
        return look == null ? List.of() : look.found();
    }

    /** Forgets the Jobs that are not among these. */
    void keep(Set<String> names) {
        looks.keySet().retainAll(names);
    }

    /** Whether it gets somewhere, or has nothing to get to. */
    static boolean isWell(Job job, ShardJobState state) {
        boolean failures = job.getStatus() != null
                && (!state.failed().isEmpty()
                        || job.getStatus().getFailed() != null
                                && job.getStatus().getFailed() > 0);
        return switch (state.phase()) {
            case SUSPENDED, COMPLETE -> true;
            case RUNNING -> state.active() <= state.ready() && !failures;
            case WAITING, DELETING, FAILED -> false;
        };
    }

    /** Whether something may have changed since the last look, and it was long enough ago. */
    boolean isDue(Job job, ShardJobState state) {
        Look last = looks.get(state.name());
        if (state.phase() == Phase.DELETING || last == null) {
            return state.phase() != Phase.DELETING;
        }
        boolean canChange = state.phase() == Phase.WAITING || !last.version().equals(JobCache.version(job));
        return canChange && nanoTime.getAsLong() - last.at() >= everyNanos;
    }

    /** How long ago it was looked at, in nanoseconds; the largest number for never. */
    long age(String job) {
        Look last = looks.get(job);
        return last == null ? Long.MAX_VALUE : nanoTime.getAsLong() - last.at();
    }

    /** Forgets what was found; true if that was anything. */
    boolean forget(String job) {
        Look last = looks.remove(job);
        return last != null && !last.found().isEmpty();
    }

    /**
     * Looks at the pods of a Job.
     *
     * @return whether something else was found than before
     * @throws KubernetesClientException when the cluster did not answer; what was known stays
     */
    boolean look(Job job, ShardJobState state) {
        List<ShardProblem> before = found(state.name());
        List<ShardProblem> now = ask(state);
        looks.put(state.name(), new Look(nanoTime.getAsLong(), JobCache.version(job), now));
        return !now.equals(before);
    }

    private List<ShardProblem> ask(ShardJobState state) {
        List<Pod> pods = client.pods()
                .inNamespace(namespace)
                .withLabel(JobLabels.JOB_NAME, state.name())
                .withoutField("status.phase", "Succeeded")
                .list(PAGE)
                .getItems();
        List<Event> events = state.phase() == Phase.WAITING && state.active() == 0 ? events(state.name()) : List.of();
        return new PodReading(state.partitions()).problems(pods, events);
    }

    /** Events are told only to those who may have them; a gateway that may not goes on without. */
    private List<Event> events(String job) {
        try {
            return client
                    .v1()
                    .events()
                    .inNamespace(namespace)
                    .withField("involvedObject.name", job)
                    .list(PAGE)
                    .getItems()
                    .stream()
                    .filter(event -> event.getInvolvedObject() != null
                            && job.equals(event.getInvolvedObject().getName()))
                    .toList();
        } catch (KubernetesClientException e) {
            if (e.getCode() == HttpURLConnection.HTTP_FORBIDDEN) {
                return List.of();
            }
            throw e;
        }
    }
}
