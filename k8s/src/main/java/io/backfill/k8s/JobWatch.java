package io.backfill.k8s;

import io.fabric8.kubernetes.api.model.batch.v1.Job;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.informers.ResourceEventHandler;
import io.fabric8.kubernetes.client.informers.SharedIndexInformer;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The watch on all Jobs of this gateway, and how it is started anew when it has ended, or does not hear what happens. */
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

    /** Starts it when it does not run. Returns at once: the connection is made on a thread of the client. */
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
        // whatever it is, the next attempt may go better; the client makes pauses between them
        started.exceptionHandler((wasStarted, problem) -> true);
        started.start();
        informer = started;
    }

    /**
     * Whether it missed something: it does not know what a list said long ago and is still so, or knows of a Job that is gone.
     *
     * @param list from the API server, so long ago that a watch must have told the same since
     */
    synchronized boolean isDeaf(List<Job> list, JobCache cache) {
        SharedIndexInformer<Job> running = informer;
        if (running == null || !running.hasSynced()) {
            // still at its first list, which will say the same
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

    /** Starts it anew. */
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
