package io.backfill.k8s.fake;

import io.fabric8.kubernetes.api.model.Container;
import io.fabric8.kubernetes.api.model.EnvFromSource;
import io.fabric8.kubernetes.api.model.EnvVar;
import io.fabric8.kubernetes.api.model.EventBuilder;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodBuilder;
import io.fabric8.kubernetes.api.model.Secret;
import io.fabric8.kubernetes.api.model.batch.v1.Job;
import io.fabric8.kubernetes.api.model.batch.v1.JobBuilder;
import io.fabric8.kubernetes.api.model.batch.v1.JobStatus;
import io.fabric8.kubernetes.client.KubernetesClient;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;

/** Runs the Jobs of the API server. One {@link #tick} processes all of them. */
final class JobController implements JobRun.PodStarter {
    /** The finalizer that Kubernetes uses for a Job whose pods are deleted first. */
    private static final String FINALIZER = "foregroundDeletion";

    private final KubernetesClient client;
    private final Path folder;
    private final Function<Container, List<String>> programs;
    private final Duration backoff;
    private final Map<String, JobRun> runs = new LinkedHashMap<>();
    private final Map<String, Job> known = new HashMap<>();
    private final Map<String, JobStatus> written = new HashMap<>();
    private final Set<String> quotaTold = new HashSet<>();
    private Trouble trouble = Trouble.NONE;
    private long pods;

    JobController(KubernetesClient client, Path folder, Function<Container, List<String>> programs, Duration backoff) {
        this.client = client;
        this.folder = folder;
        this.programs = programs;
        this.backoff = backoff;
    }

    synchronized void trouble(Trouble now) {
        trouble = now;
    }

    synchronized Optional<JobRun> run(String job) {
        return Optional.ofNullable(runs.get(job));
    }

    synchronized List<Job> jobs() {
        return List.copyOf(known.values());
    }

    synchronized List<PodProcess> allPods() {
        List<PodProcess> all = new ArrayList<>();
        runs.values().forEach(run -> all.addAll(run.pods()));
        return all;
    }

    synchronized Optional<Job> job(String name) {
        return Optional.ofNullable(known.get(name));
    }

    synchronized void tick() {
        long now = System.nanoTime();
        Set<String> there = new HashSet<>();
        for (Job job : client.batch().v1().jobs().inAnyNamespace().list().getItems()) {
            there.add(job.getMetadata().getName());
            known.put(job.getMetadata().getName(), job);
            tick(job, now);
        }
        // the Job was deleted before it had the finalizer: the garbage collector ends the pods
        for (String name : List.copyOf(runs.keySet())) {
            if (!there.contains(name)) {
                runs.get(name).end(known.get(name), now);
                if (!runs.get(name).hasLivePods()) {
                    forget(name);
                }
            }
        }
    }

    private void tick(Job job, long now) {
        String name = job.getMetadata().getName();
        JobRun run = runs.computeIfAbsent(name, n -> new JobRun(this, backoff));
        if (job.getMetadata().getDeletionTimestamp() != null) {
            run.end(job, now);
            if (run.hasLivePods()) {
                write(job, run);
            } else {
                forget(name);
                finalizers(job, List.of());
            }
            return;
        }
        if (job.getMetadata().getFinalizers().isEmpty()) {
            finalizers(job, List.of(FINALIZER));
        }
        run.tick(job, now);
        write(job, run);
        if (run.isExpired(job, now)) {
            client.batch().v1().jobs().resource(job).delete();
        }
    }

    private void write(Job job, JobRun run) {
        JobStatus status = run.status();
        String name = job.getMetadata().getName();
        if (!status.equals(written.put(name, status))) {
            client.batch()
                    .v1()
                    .jobs()
                    .inNamespace(job.getMetadata().getNamespace())
                    .withName(name)
                    .editStatus(current ->
                            new JobBuilder(current).withStatus(status).build());
        }
    }

    private void finalizers(Job job, List<String> finalizers) {
        client.batch()
                .v1()
                .jobs()
                .inNamespace(job.getMetadata().getNamespace())
                .withName(job.getMetadata().getName())
                .edit(current -> new JobBuilder(current)
                        .editMetadata()
                        .withFinalizers(finalizers)
                        .endMetadata()
                        .build());
    }

    private void forget(String name) {
        JobRun run = runs.remove(name);
        Job job = known.remove(name);
        written.remove(name);
        quotaTold.remove(name);
        run.pods()
                .forEach(pod -> client.pods()
                        .inNamespace(job.getMetadata().getNamespace())
                        .withName(pod.name())
                        .withGracePeriod(0)
                        .delete());
    }

    @Override
    public Optional<PodProcess> make(Job job, int index) {
        if (trouble == Trouble.QUOTA) {
            tellQuota(job);
            return Optional.empty();
        }
        pods++;
        String name = job.getMetadata().getName() + "-" + index + "-" + String.format("%05d", pods);
        return Optional.of(new PodProcess(job, index, name, folder.resolve(name)));
    }

    @Override
    public void tryStart(Job job, PodProcess pod) {
        Container container =
                job.getSpec().getTemplate().getSpec().getContainers().getFirst();
        switch (trouble) {
            case IMAGE -> pod.wait("ImagePullBackOff", "Back-off pulling image \"" + container.getImage() + "\"");
            case UNSCHEDULABLE -> pod.unschedulable();
            case NONE, QUOTA -> {
                Map<String, String> env = new HashMap<>();
                for (EnvFromSource source : container.getEnvFrom()) {
                    if (!addSecret(job, source, env)) {
                        pod.wait(
                                "CreateContainerConfigError",
                                "secret \"" + source.getSecretRef().getName() + "\" not found");
                        return;
                    }
                }
                for (EnvVar variable : container.getEnv()) {
                    if (variable.getValue() != null) {
                        env.put(variable.getName(), variable.getValue());
                    }
                }
                pod.start(programs.apply(container), env);
            }
        }
    }

    private boolean addSecret(Job job, EnvFromSource source, Map<String, String> env) {
        if (source.getSecretRef() == null) {
            return true;
        }
        Secret secret = client.secrets()
                .inNamespace(job.getMetadata().getNamespace())
                .withName(source.getSecretRef().getName())
                .get();
        if (secret == null) {
            return Boolean.TRUE.equals(source.getSecretRef().getOptional());
        }
        if (secret.getStringData() != null) {
            env.putAll(secret.getStringData());
        }
        if (secret.getData() != null) {
            secret.getData()
                    .forEach((key, value) ->
                            env.put(key, new String(Base64.getDecoder().decode(value), StandardCharsets.UTF_8)));
        }
        return true;
    }

    @Override
    public void publish(PodProcess process) {
        Pod pod = process.pod();
        var there = client.pods()
                .inNamespace(pod.getMetadata().getNamespace())
                .withName(pod.getMetadata().getName());
        Pod before = there.get();
        if (before == null) {
            client.pods().resource(pod).create();
        } else if (!pod.getStatus().equals(before.getStatus())) {
            there.edit(current ->
                    new PodBuilder(current).withStatus(pod.getStatus()).build());
        }
    }

    private void tellQuota(Job job) {
        String name = job.getMetadata().getName();
        if (!quotaTold.add(name)) {
            return;
        }
        client.v1()
                .events()
                .resource(new EventBuilder()
                        .withNewMetadata()
                        .withName(name + ".1")
                        .withNamespace(job.getMetadata().getNamespace())
                        .endMetadata()
                        .withNewInvolvedObject()
                        .withKind("Job")
                        .withName(name)
                        .withNamespace(job.getMetadata().getNamespace())
                        .endInvolvedObject()
                        .withType("Warning")
                        .withReason("FailedCreate")
                        .withMessage("Error creating: pods \"" + name + "-0-x\" is forbidden: exceeded quota: shards,"
                                + " requested: pods=1, used: pods=0, limited: pods=0")
                        .build())
                .create();
    }
}
