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
 * Finds out why Jobs are stalled. Only one page of the pods of stalled Jobs is listed, so a cluster with thousands of healthy pods
 * costs no requests.
 */
final class JobDiagnosis {
    private final KubernetesClient client;
    private final String namespace;
    private final long everyNanos;
    private final LongSupplier nanoTime;
    private final Map<String, Check> checks = new ConcurrentHashMap<>();

    private record Check(long at, String version, List<ShardProblem> found) {}

    JobDiagnosis(KubernetesClient client, String namespace, long everyNanos, LongSupplier nanoTime) {
        this.client = client;
        this.namespace = namespace;
        this.everyNanos = everyNanos;
        this.nanoTime = nanoTime;
    }

    /** Returns the problems found last; empty for a Job that is healthy or was not checked yet. */
    List<ShardProblem> found(String job) {
        Check check = checks.get(job);
        return check == null ? List.of() : check.found();
    }

    /** Forgets all Jobs but these. */
    void keep(Set<String> names) {
        checks.keySet().retainAll(names);
    }

    /** Returns whether the Job makes progress or has nothing left to do. */
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

    /**
     * Returns whether the pods of the Job should be checked: something may have changed since the last check, and that check was
     * long enough ago.
     */
    boolean isDue(Job job, ShardJobState state) {
        Check last = checks.get(state.name());
        if (state.phase() == Phase.DELETING || last == null) {
            return state.phase() != Phase.DELETING;
        }
        boolean canChange = state.phase() == Phase.WAITING || !last.version().equals(JobCache.version(job));
        return canChange && nanoTime.getAsLong() - last.at() >= everyNanos;
    }

    /** Returns the nanoseconds since the last check, or {@code Long.MAX_VALUE} if there was none. */
    long age(String job) {
        Check last = checks.get(job);
        return last == null ? Long.MAX_VALUE : nanoTime.getAsLong() - last.at();
    }

    /** Forgets the problems of a Job. Returns whether there were any. */
    boolean forget(String job) {
        Check last = checks.remove(job);
        return last != null && !last.found().isEmpty();
    }

    /**
     * Checks the pods of a Job.
     *
     * @return whether the problems changed since the last check
     * @throws KubernetesClientException if the request failed; the known problems are kept
     */
    boolean check(Job job, ShardJobState state) {
        List<ShardProblem> before = found(state.name());
        List<ShardProblem> now = ask(state);
        checks.put(state.name(), new Check(nanoTime.getAsLong(), JobCache.version(job), now));
        return !now.equals(before);
    }

    private List<ShardProblem> ask(ShardJobState state) {
        List<Pod> pods = client.pods()
                .inNamespace(namespace)
                .withLabel(JobLabels.JOB_NAME, state.name())
                .withoutField("status.phase", "Succeeded")
                .list(page())
                .getItems();
        List<Event> events = state.phase() == Phase.WAITING && state.active() == 0 ? events(state.name()) : List.of();
        return new PodTranslator(state.partitions()).problems(pods, events);
    }

    /** Returns new options for each request, because the client stores the selectors of the request in them. */
    private static ListOptions page() {
        return new ListOptionsBuilder().withLimit(200L).build();
    }

    /** Returns the events of a Job, or none if the gateway may not read events. */
    private List<Event> events(String job) {
        try {
            return client
                    .v1()
                    .events()
                    .inNamespace(namespace)
                    .withField("involvedObject.name", job)
                    .list(page())
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
