package io.backfill.k8s;

import io.fabric8.kubernetes.api.model.batch.v1.Job;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.informers.ResourceEventHandler;
import io.fabric8.kubernetes.client.informers.SharedIndexInformer;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The watch on all Jobs of this gateway. It can be restarted when it has ended or misses events. */
final class JobWatch {
    private final KubernetesClient client;
    private final String namespace;
    private final Map<String, String> labels;
    private final ResourceEventHandler<Job> listener;
    private @Nullable SharedIndexInformer<Job> informer;
    private boolean closed;

    JobWatch(
            KubernetesClient client, String namespace, Map<String, String> labels, ResourceEventHandler<Job> listener) {
        this.client = client;
        this.namespace = namespace;
        this.labels = labels;
        this.listener = listener;
    }

    /** Starts the watch unless it is running. Returns at once: a thread of the client connects. */
    synchronized void ensure() {
        if (closed
                || informer != null && !informer.stopped().toCompletableFuture().isDone()) {
            return;
        }
        SharedIndexInformer<Job> started = client.batch()
                .v1()
                .jobs()
                .inNamespace(namespace)
                .withLabels(labels)
                .runnableInformer(0);
        started.addEventHandler(listener);
        // retry after every failure; the client backs off between attempts
        started.exceptionHandler((wasStarted, problem) -> true);
        started.start();
        informer = started;
    }

    /**
     * Returns whether the watch missed an event: it does not know the state of a listed Job that has not changed since, or it still
     * has a Job that is gone.
     *
     * @param list from the API server, old enough that a working watch must have reported its content since
     */
    synchronized boolean isDeaf(List<Job> list, JobCache cache) {
        SharedIndexInformer<Job> running = informer;
        if (running == null || !running.hasSynced()) {
            // the first list is still running and will return the same
            return false;
        }
        JobCache heard = new JobCache();
        running.getStore().list().forEach(heard::put);
        boolean unheard = list.stream().anyMatch(job -> isStill(job, cache) && heard.isNews(job));
        return unheard
                || heard.all().stream()
                        .anyMatch(job -> cache.get(job.getMetadata().getName()) == null);
    }

    private static boolean isStill(Job listed, JobCache cache) {
        Job now = cache.get(listed.getMetadata().getName());
        return now != null && JobCache.version(now).equals(JobCache.version(listed));
    }

    /** Stops the watch and starts a new one. */
    synchronized void restart() {
        stop();
        ensure();
    }

    synchronized boolean isWatching() {
        return informer != null && informer.isWatching();
    }

    synchronized void close() {
        closed = true;
        stop();
    }

    private void stop() {
        if (informer != null) {
            informer.stop();
            informer = null;
        }
    }
}
