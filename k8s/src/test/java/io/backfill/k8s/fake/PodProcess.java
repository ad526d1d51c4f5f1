package io.backfill.k8s.fake;

import io.fabric8.kubernetes.api.model.ContainerStateBuilder;
import io.fabric8.kubernetes.api.model.ContainerStatusBuilder;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodBuilder;
import io.fabric8.kubernetes.api.model.PodCondition;
import io.fabric8.kubernetes.api.model.PodConditionBuilder;
import io.fabric8.kubernetes.api.model.PodStatus;
import io.fabric8.kubernetes.api.model.PodStatusBuilder;
import io.fabric8.kubernetes.api.model.batch.v1.Job;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;

/** One pod: its process, once it may start, and its state in the API. Used by the controller's thread, under its lock. */
final class PodProcess {
    /** Processes that must not outlive this JVM. */
    private static final Set<Process> LIVE = ConcurrentHashMap.newKeySet();

    static {
        Runtime.getRuntime().addShutdownHook(new Thread(() -> LIVE.forEach(PodProcess::killTree)));
    }

    private static final int MESSAGE_CHARACTERS = 2048;

    private final Pod pod;
    private final int index;
    private final Path log;
    private Process process;
    private long killAt;
    private boolean terminating;
    private PodCondition disruption;
    private boolean killedForMemory;
    private boolean childKilledForMemory;
    private String waiting = "";
    private String waitingMessage = "";
    private boolean unschedulable;
    private int exitCode = -1;
    private List<ProcessHandle> children = List.of();

    PodProcess(Job job, int index, String name, Path folder) {
        this.index = index;
        this.log = folder.resolve("log");
        Map<String, String> identity = Map.of(
                "batch.kubernetes.io/job-name", job.getMetadata().getName(),
                "job-name", job.getMetadata().getName(),
                "batch.kubernetes.io/controller-uid", job.getMetadata().getUid(),
                "batch.kubernetes.io/job-completion-index", Integer.toString(index));
        this.pod = new PodBuilder()
                .withNewMetadata()
                .withName(name)
                .withNamespace(job.getMetadata().getNamespace())
                .withLabels(job.getSpec().getTemplate().getMetadata().getLabels())
                .addToLabels(identity)
                .withAnnotations(job.getSpec().getTemplate().getMetadata().getAnnotations())
                .addToAnnotations("batch.kubernetes.io/job-completion-index", Integer.toString(index))
                .addNewOwnerReference()
                .withApiVersion("batch/v1")
                .withKind("Job")
                .withName(job.getMetadata().getName())
                .withUid(job.getMetadata().getUid())
                .withController(true)
                .endOwnerReference()
                .endMetadata()
                .withSpec(job.getSpec().getTemplate().getSpec())
                .build();
        try {
            Files.createDirectories(folder);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    String name() {
        return pod.getMetadata().getName();
    }

    int index() {
        return index;
    }

    Path log() {
        return log;
    }

    /** Starts the program. Of this process's environment it gets only the path. */
    void start(List<String> command, Map<String, String> env) {
        waiting = "";
        unschedulable = false;
        ProcessBuilder builder = new ProcessBuilder(command);
        builder.environment().keySet().retainAll(Set.of("PATH", "JAVA_HOME", "LANG"));
        builder.environment().put("HOME", log.getParent().toString());
        builder.environment().put("TMPDIR", log.getParent().toString());
        builder.environment().put("HOSTNAME", pod.getMetadata().getLabels().get("job-name") + "-" + index);
        builder.environment().putAll(env);
        builder.environment().put("JOB_COMPLETION_INDEX", Integer.toString(index));
        builder.directory(log.getParent().toFile());
        builder.redirectErrorStream(true).redirectOutput(log.toFile());
        try {
            process = builder.start();
            LIVE.add(process);
        } catch (IOException e) {
            wait("CreateContainerError", String.valueOf(e.getMessage()));
        }
    }

    /** Records why the cluster cannot start the pod yet. */
    void wait(String reason, String message) {
        waiting = reason;
        waitingMessage = message;
    }

    void unschedulable() {
        unschedulable = true;
    }

    boolean isStarted() {
        return process != null;
    }

    boolean isEnded() {
        return exitCode >= 0;
    }

    boolean isTerminating() {
        return terminating;
    }

    boolean succeeded() {
        return exitCode == 0;
    }

    int exitCode() {
        return exitCode;
    }

    long pid() {
        return process == null ? 0 : process.pid();
    }

    /** Sends SIGTERM, and SIGKILL after the grace period. A pod that was not started ends at once. */
    void terminate(Duration grace, long now) {
        if (isEnded() || terminating) {
            return;
        }
        terminating = true;
        if (process == null) {
            exitCode = 143;
            return;
        }
        children = process.descendants().toList();
        killAt = now + grace.toNanos();
        process.destroy();
    }

    void evict(Duration grace, long now) {
        disruption = new PodConditionBuilder()
                .withType("DisruptionTarget")
                .withStatus("True")
                .withReason("EvictionByEvictionAPI")
                .withMessage("Eviction API: evicting")
                .build();
        terminate(grace, now);
    }

    /** Kills the process as the kernel does when it uses too much memory. */
    void killForMemory() {
        killedForMemory = true;
        kill();
    }

    /** Simulates that the kernel kills a child of a shell and the shell ends successfully, as was observed on a real cluster. */
    void killChildForMemory() {
        childKilledForMemory = true;
        kill();
    }

    void kill() {
        if (process != null && process.isAlive()) {
            children = process.descendants().toList();
            process.destroyForcibly();
        }
    }

    /** Checks whether the process has ended. Returns true if it has ended since the last check. */
    boolean reap(long now) {
        if (process == null || isEnded()) {
            return false;
        }
        if (process.isAlive()) {
            if (terminating && now - killAt >= 0) {
                kill();
            }
            return false;
        }
        exitCode = childKilledForMemory ? 0 : process.exitValue();
        // no process of a container outlives its first one
        children.forEach(ProcessHandle::destroyForcibly);
        LIVE.remove(process);
        return true;
    }

    /** Ends the process now and waits until it has ended. */
    void destroy() {
        if (process != null) {
            killTree(process);
            try {
                process.waitFor(10, TimeUnit.SECONDS);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
            LIVE.remove(process);
        }
    }

    private static void killTree(Process process) {
        List<ProcessHandle> children = process.descendants().toList();
        process.destroyForcibly();
        children.forEach(ProcessHandle::destroyForcibly);
    }

    Pod pod() {
        return new PodBuilder(pod).withStatus(status()).build();
    }

    private PodStatus status() {
        List<PodCondition> conditions = new ArrayList<>();
        if (disruption != null) {
            conditions.add(disruption);
        }
        conditions.add(new PodConditionBuilder()
                .withType("PodScheduled")
                .withStatus(unschedulable ? "False" : "True")
                .withReason(unschedulable ? "Unschedulable" : null)
                .withMessage(unschedulable ? "0/3 nodes are available: 3 Insufficient cpu." : null)
                .build());
        boolean ready = process != null && !isEnded();
        conditions.add(new PodConditionBuilder()
                .withType("Ready")
                .withStatus(ready ? "True" : "False")
                .build());
        ContainerStatusBuilder container = new ContainerStatusBuilder()
                .withName(pod.getSpec().getContainers().getFirst().getName())
                .withReady(ready)
                .withRestartCount(0);
        return new PodStatusBuilder()
                .withPhase(phase())
                .withConditions(conditions)
                .withContainerStatuses(
                        container.withState(containerState().build()).build())
                .build();
    }

    private String phase() {
        if (!isEnded()) {
            return process == null ? "Pending" : "Running";
        }
        return exitCode == 0 ? "Succeeded" : "Failed";
    }

    private ContainerStateBuilder containerState() {
        if (isEnded()) {
            return new ContainerStateBuilder()
                    .withNewTerminated()
                    .withExitCode(exitCode)
                    .withReason(reason())
                    .withMessage(exitCode == 0 ? null : lastLines())
                    .endTerminated();
        }
        if (process != null) {
            return new ContainerStateBuilder().withNewRunning().endRunning();
        }
        return new ContainerStateBuilder()
                .withNewWaiting()
                .withReason(waiting.isEmpty() ? "ContainerCreating" : waiting)
                .withMessage(waitingMessage.isEmpty() ? null : waitingMessage)
                .endWaiting();
    }

    private String reason() {
        if (killedForMemory || childKilledForMemory) {
            return "OOMKilled";
        }
        return exitCode == 0 ? "Completed" : "Error";
    }

    /** Implements terminationMessagePolicy FallbackToLogsOnError. */
    private String lastLines() {
        try {
            String text = Files.exists(log) ? Files.readString(log) : "";
            return text.length() <= MESSAGE_CHARACTERS ? text : text.substring(text.length() - MESSAGE_CHARACTERS);
        } catch (IOException e) {
            return "";
        }
    }
}
