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
 * A Kubernetes cluster for tests. Its API server is in memory, speaks plain HTTP on {@link #api()}, and validates almost nothing.
 * Its Job controller runs each index of an Indexed Job as a process of this machine, with the environment of its container
 * (including Secrets) and {@code JOB_COMPLETION_INDEX}. It implements parallelism, retries per index with growing pauses, pod
 * failure policy, replacement only after the end, deadlines, TTL, suspension, and deletion with SIGTERM, grace period and SIGKILL.
 * Tests can cause the faults that occur in real clusters. Processes end with {@link #close}, at the latest with the JVM (unless the
 * JVM is killed with {@code SIGKILL}). Thread-safe.
 */
public final class FakeCluster implements AutoCloseable {
    private static final int TICK_MILLIS = 20;
    /** Would otherwise log every request. Kept in a field, because a logger that is garbage collected loses its level. */
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

    /** Creates a cluster that runs each container's own command. See {@link #FakeCluster(Path, Function)}. */
    public FakeCluster(Path folder) {
        this(folder, FakeCluster::ownCommand);
    }

    /**
     * Starts the cluster.
     *
     * @param folder for working folders and output of pods, one folder for each: {@code <pod>/log}
     * @param programs the command to run for a container, in place of the image's entry point
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

    /** Returns the address of the API server. */
    public URI api() {
        return URI.create("http://127.0.0.1:" + link.port());
    }

    /** Returns a client that no fault affects. */
    public KubernetesClient client() {
        return client;
    }

    /** From now on pods start under this condition; {@link Trouble#NONE} lets waiting pods start. */
    public void trouble(Trouble trouble) {
        controller.trouble(trouble);
    }

    /** Evicts the pod that runs this index: it is marked as disrupted and gets SIGTERM, and SIGKILL after the grace period. */
    public void evict(String job, int index) {
        on(job, index, pod -> pod.evict(grace(job), System.nanoTime()));
    }

    /** Kills the pod with SIGKILL from outside. */
    public void kill(String job, int index) {
        on(job, index, PodProcess::kill);
    }

    /** Kills the pod as the kernel does when a process uses too much memory. */
    public void outOfMemory(String job, int index) {
        on(job, index, PodProcess::killForMemory);
    }

    /**
     * Kills the program for its memory while Kubernetes regards the pod as succeeded, as happens when the first process is a shell.
     */
    public void outOfMemoryUnnoticed(String job, int index) {
        on(job, index, PodProcess::killChildForMemory);
    }

    /** Suspends or resumes a Job, as a queue of the cluster does. */
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

    /** Makes the API server unreachable and breaks all connections to it. Pods continue to run. */
    public void cutApi() {
        link.cut();
    }

    public void restoreApi() {
        link.restore();
    }

    /** Makes the watches that are open now receive nothing more, without breaking them. */
    public void deafenWatches() {
        link.deafenWatches();
    }

    /** Breaks the watches that are open now, as when an API server is replaced. */
    public void breakWatches() {
        link.breakWatches();
    }

    /** Makes the API server answer every request with this code; 0 ends this. */
    public void failApi(int code) {
        dispatcher.failAll(code);
    }

    /** Delays the body of each answer of the API server. */
    public void slowApi(Duration delay) {
        dispatcher.slow(delay.toMillis());
    }

    /** Makes the API server refuse to create Jobs; code 0 ends this. */
    public void refuseJobs(int code, String reason, String message) {
        dispatcher.refuseJobs(code, reason, message);
    }

    /**
     * Makes TokenReview accept a token as that of {@code user}. Without audiences the cluster behaves like one that does not
     * support them: it accepts the token for every requested audience.
     */
    public void token(String token, String user, String... audiences) {
        dispatcher.token(token, user, List.of(audiences));
    }

    public void forgetToken(String token) {
        dispatcher.forgetToken(token);
    }

    /** Returns the requests to the API server from outside, each as {@code METHOD path} followed by the body. */
    public List<String> requests() {
        return dispatcher.calls().stream()
                .map(call -> call.method() + " " + call.path() + " " + call.body())
                .toList();
    }

    /** Returns the pods that have been created for a Job, oldest first and including ended ones; none if the Job does not exist. */
    public List<Pod> pods(String job) {
        synchronized (controller) {
            return controller
                    .run(job)
                    .map(run -> run.pods().stream().map(PodProcess::pod).toList())
                    .orElse(List.of());
        }
    }

    /** Returns the processes that are running now. */
    public List<Long> processes() {
        synchronized (controller) {
            return controller.allPods().stream()
                    .filter(pod -> pod.isStarted() && !pod.isEnded())
                    .map(PodProcess::pid)
                    .toList();
        }
    }

    /** Returns the largest number of processes of a Job that ran at the same time. */
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
                    // another client has changed the object meanwhile; the next tick reads the new state
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

    /** Returns the Job as the API server has it; fails if it does not exist. */
    public Job job(String namespace, String name) {
        Job job =
                client.batch().v1().jobs().inNamespace(namespace).withName(name).get();
        if (job == null) {
            throw new NoSuchElementException("no Job " + namespace + "/" + name);
        }
        return job;
    }
}
