package io.backfill.k8s.fake;

import io.fabric8.kubernetes.api.model.Container;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.batch.v1.Job;
import io.fabric8.kubernetes.api.model.batch.v1.JobBuilder;
import io.fabric8.kubernetes.client.Config;
import io.fabric8.kubernetes.client.ConfigBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientBuilder;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.fabric8.kubernetes.client.jdkhttp.JdkHttpClientFactory;
import io.fabric8.kubernetes.client.server.mock.KubernetesMockServer;
import io.fabric8.kubernetes.client.utils.Serialization;
import io.fabric8.mockwebserver.Context;
import io.fabric8.mockwebserver.MockWebServer;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.NoSuchElementException;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.logging.Level;
import java.util.logging.Logger;

/**
 * A Kubernetes cluster for tests. Its API server is in memory, speaks plain HTTP on {@link #api()}, and validates next to nothing;
 * its Job controller runs each index of an Indexed Job as a process of this machine, with the environment of its container
 * (Secrets too) and {@code JOB_COMPLETION_INDEX}, and honours parallelism, tries per index with growing pauses, pod failure policy,
 * replacement only after the end, deadlines, TTL, suspension, and deletion with SIGTERM, grace and SIGKILL. What goes wrong in
 * clusters can be made to happen. Processes end with {@link #close}, and with the JVM at the latest (not when that is killed with
 * {@code SIGKILL}). Thread-safe.
 */
public final class FakeCluster implements AutoCloseable {
    private static final int TICK_MILLIS = 20;
    /** Says every request otherwise. Held, because a logger that nobody holds forgets its level. */
    private static final Logger SERVER_LOG = Logger.getLogger("io.fabric8.mockwebserver");

    static {
        SERVER_LOG.setLevel(Level.WARNING);
    }

    private final FakeApi dispatcher = new FakeApi();
    private final KubernetesMockServer server = new KubernetesMockServer(
            new Context(Serialization.jsonMapper()), new MockWebServer(), new HashMap<>(), dispatcher, false);
    private final ApiLink link;
    private final KubernetesClient client;
    private final JobController controller;
    private final CountDownLatch closing = new CountDownLatch(1);
    private final Thread thread;

    /** Runs each container's own command. See {@link #FakeCluster(Path, Function)}. */
    public FakeCluster(Path folder) {
        this(folder, FakeCluster::ownCommand);
    }

    /**
     * Starts it.
     *
     * @param folder for working folders and output of pods, one folder for each: {@code <pod>/log}
     * @param programs what is run for a container: stands for the image's entry point
     */
    public FakeCluster(Path folder, Function<Container, List<String>> programs) {
        server.init();
        link = new ApiLink(server.getPort());
        client = new KubernetesClientBuilder()
                .withConfig(new ConfigBuilder(Config.empty())
                        .withMasterUrl("http://127.0.0.1:" + server.getPort())
                        .withUserAgent(FakeApi.CONTROLLER)
                        .withRequestRetryBackoffLimit(0)
                        .build())
                .withHttpClientFactory(new JdkHttpClientFactory())
                .build();
        controller = new JobController(client, folder, programs, Duration.ofMillis(50));
        thread = Thread.ofPlatform().daemon().name("fake-cluster").start(this::control);
    }

    /** Where its API server is. */
    public URI api() {
        return URI.create("http://127.0.0.1:" + link.port());
    }

    /** A client that no trouble reaches. */
    public KubernetesClient client() {
        return client;
    }

    /** From now on pods start like this; {@link Trouble#NONE} lets those that wait start. */
    public void trouble(Trouble trouble) {
        controller.trouble(trouble);
    }

    /** Evicts the pod that runs this index: marked as disrupted, SIGTERM, SIGKILL after the grace. */
    public void evict(String job, int index) {
        on(job, index, pod -> pod.evict(grace(job), System.nanoTime()));
    }

    /** SIGKILL from outside. */
    public void kill(String job, int index) {
        on(job, index, PodProcess::kill);
    }

    /** SIGKILL by the kernel, for taking too much memory. */
    public void outOfMemory(String job, int index) {
        on(job, index, PodProcess::killForMemory);
    }

    /** The program dies for its memory, but Kubernetes takes the pod for succeeded: what a shell as first process leads to. */
    public void outOfMemoryUnnoticed(String job, int index) {
        on(job, index, PodProcess::killChildForMemory);
    }

    /** As a queue of the cluster does. */
    public void suspend(String namespace, String job, boolean suspended) {
        client.batch()
                .v1()
                .jobs()
                .inNamespace(namespace)
                .withName(job)
                .edit(current -> new JobBuilder(current)
                        .editSpec()
                        .withSuspend(suspended)
                        .endSpec()
                        .build());
    }

    /** The API server cannot be reached, and whoever is connected is cut off. Pods run on. */
    public void cutApi() {
        link.cut();
    }

    public void restoreApi() {
        link.restore();
    }

    /** Watches that are open now are told nothing more, and do not notice. */
    public void deafenWatches() {
        link.deafenWatches();
    }

    /** Watches that are open now break, as when an API server is replaced. */
    public void breakWatches() {
        link.breakWatches();
    }

    /** The API server answers everything with this code; 0: no longer. */
    public void failApi(int code) {
        dispatcher.failAll(code);
    }

    /** The API server takes so long for the body of each answer. */
    public void slowApi(Duration delay) {
        dispatcher.slow(delay.toMillis());
    }

    /** The API server refuses to make Jobs; code 0: no longer. */
    public void refuseJobs(int code, String reason, String message) {
        dispatcher.refuseJobs(code, reason, message);
    }

    /**
     * Makes a token known to TokenReview, as {@code user}'s. Without audiences the cluster answers as one that knows of none: yes, whatever
     * audience was asked for.
     */
    public void token(String token, String user, String... audiences) {
        dispatcher.token(token, user, List.of(audiences));
    }

    public void forgetToken(String token) {
        dispatcher.forgetToken(token);
    }

    /** What was asked of the API server from outside, as {@code METHOD path}, and the body behind it. */
    public List<String> requests() {
        return dispatcher.calls().stream()
                .map(call -> call.method() + " " + call.path() + " " + call.body())
                .toList();
    }

    /** The pods that were made for a Job so far, oldest first, ended ones too; none when the Job is gone. */
    public List<Pod> pods(String job) {
        synchronized (controller) {
            return controller
                    .run(job)
                    .map(run -> run.pods().stream().map(PodProcess::pod).toList())
                    .orElse(List.of());
        }
    }

    /** Processes that run now. */
    public List<Long> processes() {
        synchronized (controller) {
            return controller.allPods().stream()
                    .filter(pod -> pod.isStarted() && !pod.isEnded())
                    .map(PodProcess::pid)
                    .toList();
        }
    }

    /** How many processes of a Job ran at the same time. */
    public int mostAtOnce(String job) {
        synchronized (controller) {
            return controller.run(job).map(JobRun::mostAtOnce).orElse(0);
        }
    }

    private void on(String job, int index, Consumer<PodProcess> action) {
        synchronized (controller) {
            action.accept(controller
                    .run(job)
                    .flatMap(run -> run.live(index))
                    .orElseThrow(() -> new NoSuchElementException("no pod of " + job + " runs index " + index)));
        }
    }

    private Duration grace(String job) {
        return controller.job(job).map(JobRun::grace).orElse(Duration.ZERO);
    }

    private void control() {
        try {
            while (!closing.await(TICK_MILLIS, TimeUnit.MILLISECONDS)) {
                try {
                    controller.tick();
                } catch (KubernetesClientException e) {
                    // somebody else changed the object meanwhile; the next tick sees how it is now
                }
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private static List<String> ownCommand(Container container) {
        List<String> command = new ArrayList<>(container.getCommand());
        command.addAll(container.getArgs());
        return command;
    }

    @Override
    public void close() {
        closing.countDown();
        try {
            thread.join(TimeUnit.SECONDS.toMillis(10));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        controller.allPods().forEach(PodProcess::destroy);
        client.close();
        link.close();
        server.destroy();
    }

    /** The Job as the API server has it; fails when it is gone. */
    public Job job(String namespace, String name) {
        Job job =
                client.batch().v1().jobs().inNamespace(namespace).withName(name).get();
        if (job == null) {
            throw new NoSuchElementException("no Job " + namespace + "/" + name);
        }
        return job;
    }
}
