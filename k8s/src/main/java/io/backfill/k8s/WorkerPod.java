package io.backfill.k8s;

import io.backfill.offload.IndexRanges;
import io.backfill.offload.ShardJobSpec;
import io.fabric8.kubernetes.api.model.Container;
import io.fabric8.kubernetes.api.model.EmptyDirVolumeSource;
import io.fabric8.kubernetes.api.model.EnvFromSource;
import io.fabric8.kubernetes.api.model.EnvVar;
import io.fabric8.kubernetes.api.model.LocalObjectReference;
import io.fabric8.kubernetes.api.model.ObjectMeta;
import io.fabric8.kubernetes.api.model.PodSpec;
import io.fabric8.kubernetes.api.model.PodTemplateSpec;
import io.fabric8.kubernetes.api.model.Quantity;
import io.fabric8.kubernetes.api.model.ResourceRequirements;
import io.fabric8.kubernetes.api.model.SecretEnvSource;
import io.fabric8.kubernetes.api.model.Volume;
import io.fabric8.kubernetes.api.model.VolumeMount;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** Completes the operator's pod template with the settings that all worker pods share. */
final class WorkerPod {
    /** Environment variables of the worker. Kubernetes sets {@link #INDEX}, unless the template defines it. */
    static final String BATCH = "BATCH_ID";

    static final String GENERATION = "GENERATION";
    static final String PARTITIONS = "PARTITIONS";
    static final String MANIFEST = "MANIFEST";
    static final String GRACE = "GRACE_SECONDS";
    static final String INDEX = "JOB_COMPLETION_INDEX";

    private static final String TMP = "/tmp";
    private static final String TMP_VOLUME = "tmp";

    private final OffloadConfig config;
    private final ShardJobSpec spec;

    WorkerPod(OffloadConfig config, ShardJobSpec spec) {
        this.config = config;
        this.spec = spec;
    }

    PodTemplateSpec fill(PodTemplateSpec template, Map<String, String> labels, Map<String, String> annotations) {
        ObjectMeta metadata = new ObjectMeta();
        metadata.setLabels(with(template.getMetadata().getLabels(), labels));
        metadata.setAnnotations(with(template.getMetadata().getAnnotations(), annotations));
        template.setMetadata(metadata);
        PodSpec pod = template.getSpec();
        pod.setRestartPolicy("Never");
        pod.setEnableServiceLinks(false);
        pod.setTerminationGracePeriodSeconds(config.worker().grace().toSeconds());
        // a deadline of the pod would count as a failure of the shard; the host name is the index, and the scheduler
        // chooses the
        // node
        pod.setActiveDeadlineSeconds(null);
        pod.setHostname(null);
        pod.setSubdomain(null);
        pod.setNodeName(null);
        pod.setImagePullSecrets(pullSecrets(pod.getImagePullSecrets()));
        worker(pod);
        for (Container container : PodTemplateFile.allContainers(pod)) {
            container.setResources(resources(container.getResources()));
            container.setTerminationMessagePolicy("FallbackToLogsOnError");
        }
        RestrictedPod.restrict(template);
        return template;
    }

    private void worker(PodSpec pod) {
        Container worker = pod.getContainers().getFirst();
        worker.setImage(config.worker().image());
        if (!config.worker().pullPolicy().isEmpty()) {
            worker.setImagePullPolicy(config.worker().pullPolicy());
        }
        if (!config.worker().command().isEmpty()) {
            worker.setCommand(config.worker().command());
            worker.setArgs(List.of());
        }
        worker.setEnv(env(worker.getEnv()));
        worker.setEnvFrom(envFrom(worker.getEnvFrom()));
        boolean hasTmp = worker.getVolumeMounts().stream().anyMatch(mount -> TMP.equals(mount.getMountPath()));
        if (!hasTmp) {
            mountTmp(pod, worker);
        }
    }

    private void mountTmp(PodSpec pod, Container worker) {
        List<Volume> volumes = new ArrayList<>(pod.getVolumes());
        if (volumes.stream().noneMatch(volume -> TMP_VOLUME.equals(volume.getName()))) {
            EmptyDirVolumeSource empty = new EmptyDirVolumeSource();
            empty.setSizeLimit(new Quantity(config.worker().resources().tmp()));
            Volume volume = new Volume();
            volume.setName(TMP_VOLUME);
            volume.setEmptyDir(empty);
            volumes.add(volume);
        }
        pod.setVolumes(volumes);
        VolumeMount mount = new VolumeMount();
        mount.setName(TMP_VOLUME);
        mount.setMountPath(TMP);
        List<VolumeMount> mounts = new ArrayList<>(worker.getVolumeMounts());
        mounts.add(mount);
        worker.setVolumeMounts(mounts);
    }

    private List<EnvVar> env(List<EnvVar> theirs) {
        Map<String, String> ours = new TreeMap<>(config.worker().env());
        ours.put(BATCH, spec.batch().value());
        ours.put(GENERATION, Integer.toString(spec.generation()));
        ours.put(PARTITIONS, IndexRanges.format(spec.partitions()));
        ours.put(MANIFEST, spec.manifestKey());
        ours.put(GRACE, Long.toString(config.worker().grace().toSeconds()));
        List<EnvVar> env = new ArrayList<>();
        for (EnvVar variable : theirs) {
            // drop the index: Kubernetes would not override it, and every pod would run the same shard
            if (!ours.containsKey(variable.getName()) && !variable.getName().equals(INDEX)) {
                env.add(variable);
            }
        }
        ours.forEach((name, value) -> env.add(new EnvVar(name, value, null)));
        return env;
    }

    private List<EnvFromSource> envFrom(List<EnvFromSource> theirs) {
        List<EnvFromSource> sources = new ArrayList<>(theirs);
        if (!config.worker().secret().isEmpty()) {
            EnvFromSource source = new EnvFromSource();
            source.setSecretRef(new SecretEnvSource(config.worker().secret(), false));
            sources.add(source);
        }
        return sources;
    }

    private List<LocalObjectReference> pullSecrets(List<LocalObjectReference> theirs) {
        Set<String> names = new LinkedHashSet<>();
        theirs.forEach(reference -> names.add(reference.getName()));
        names.addAll(config.worker().pullSecrets());
        return names.stream().map(LocalObjectReference::new).toList();
    }

    /**
     * Returns the template's resources, with defaults for what is missing. Queues count the requests of every container, and every
     * container needs a memory limit.
     */
    private ResourceRequirements resources(@Nullable ResourceRequirements theirs) {
        WorkerConfig.Resources defaults = config.worker().resources();
        ResourceRequirements resources = theirs == null ? new ResourceRequirements() : theirs;
        Map<String, Quantity> limits = new LinkedHashMap<>(orEmpty(resources.getLimits()));
        Map<String, Quantity> requests = new LinkedHashMap<>(orEmpty(resources.getRequests()));
        limits.putIfAbsent("memory", new Quantity(defaults.memoryLimit()));
        requests.putIfAbsent("cpu", new Quantity(defaults.cpu()));
        requests.putIfAbsent(
                "memory", least(new Quantity(defaults.memory()), limits.getOrDefault("memory", new Quantity("0"))));
        resources.setLimits(limits);
        resources.setRequests(requests);
        return resources;
    }

    /** Returns the lesser quantity, because the cluster rejects a request above the limit. */
    private static Quantity least(Quantity one, Quantity other) {
        return one.getNumericalAmount().compareTo(other.getNumericalAmount()) <= 0 ? one : other;
    }

    private static Map<String, Quantity> orEmpty(@Nullable Map<String, Quantity> quantities) {
        return quantities == null ? Map.of() : quantities;
    }

    private static Map<String, String> with(@Nullable Map<String, String> theirs, Map<String, String> ours) {
        Map<String, String> all = new LinkedHashMap<>();
        JobLabels.putUnlessOurs(all, theirs == null ? Map.of() : theirs);
        all.putAll(ours);
        return all;
    }
}
