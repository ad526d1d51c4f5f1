package io.backfill.k8s;

import io.fabric8.kubernetes.api.model.Container;
import io.fabric8.kubernetes.api.model.ObjectMeta;
import io.fabric8.kubernetes.api.model.PodSpec;
import io.fabric8.kubernetes.api.model.PodTemplateSpec;
import io.fabric8.kubernetes.api.model.Volume;
import io.fabric8.kubernetes.client.utils.KubernetesSerialization;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/**
 * The operator's pod template: node pools, tolerations, additional settings and volumes, sidecars. A template that cannot work, or
 * that requires something that must not be removed silently (a folder of the node, the root user), is rejected.
 * {@link RestrictedPod} removes everything that only widens the permissions of a pod.
 */
final class PodTemplateFile {
    /** The name of the worker's container. A template may define it, with its own resources or settings. */
    static final String WORKER = "worker";

    private static final String FILE = "the pod template in backfill.offload.pod-template-file ";
    private static final int MOST_CHARACTERS = 256 * 1024;

    private final KubernetesSerialization serialization = new KubernetesSerialization();
    private final String yaml;

    /**
     * @param yaml empty for no template
     * @throws IllegalArgumentException if the template cannot be used; the message is meant for operators
     */
    PodTemplateFile(String yaml) {
        this.yaml = yaml;
        check(template());
    }

    /** Returns a new copy of the template, always with metadata, spec and the worker's container, which comes first. */
    PodTemplateSpec template() {
        PodTemplateSpec template = parse();
        if (template.getMetadata() == null) {
            template.setMetadata(new ObjectMeta());
        }
        if (template.getSpec() == null) {
            template.setSpec(new PodSpec());
        }
        PodSpec pod = template.getSpec();
        List<Container> containers = new ArrayList<>(pod.getContainers());
        if (containers.stream().noneMatch(container -> WORKER.equals(container.getName()))) {
            Container worker = new Container();
            worker.setName(WORKER);
            containers.addFirst(worker);
        }
        pod.setContainers(containers);
        return template;
    }

    private PodTemplateSpec parse() {
        if (yaml.isBlank()) {
            return new PodTemplateSpec();
        }
        if (yaml.length() > MOST_CHARACTERS) {
            throw refused("is longer than " + MOST_CHARACTERS + " characters");
        }
        try {
            PodTemplateSpec template = serialization.unmarshal(yaml, PodTemplateSpec.class);
            return template == null ? new PodTemplateSpec() : template;
        } catch (RuntimeException e) {
            throw new IllegalArgumentException(FILE + "cannot be read: " + firstLine(e), e);
        }
    }

    private static void check(PodTemplateSpec template) {
        PodSpec pod = template.getSpec();
        requireNothingUnknown("at the top", template.getAdditionalProperties().keySet());
        requireNothingUnknown("in spec", pod.getAdditionalProperties().keySet());
        if (pod.getContainers().size() > 1) {
            throw refused(
                    "has containers besides '" + WORKER + "'; a pod does not end while one of them runs. Make it an"
                            + " init container with restartPolicy: Always");
        }
        if (!pod.getEphemeralContainers().isEmpty()) {
            throw refused("has ephemeralContainers, which are not allowed in a template");
        }
        for (Container container : allContainers(pod)) {
            requireNothingUnknown(
                    "in container " + container.getName(),
                    container.getAdditionalProperties().keySet());
            if (container.getSecurityContext() != null) {
                requireOrdinary(container.getSecurityContext().getRunAsUser());
            }
        }
        for (Container init : pod.getInitContainers()) {
            if (init.getImage() == null || !WorkerConfig.isFixed(init.getImage())) {
                throw refused("has the init container '" + init.getName()
                        + "' whose image has neither a digest nor a tag other than latest");
            }
        }
        if (pod.getSecurityContext() != null) {
            requireOrdinary(pod.getSecurityContext().getRunAsUser());
        }
        pod.getVolumes().forEach(PodTemplateFile::requireAllowed);
    }

    /** Rejects volumes of kinds that the profile "restricted" does not allow. */
    private static void requireAllowed(Volume volume) {
        if (volume.getConfigMap() == null
                && volume.getCsi() == null
                && volume.getDownwardAPI() == null
                && volume.getEmptyDir() == null
                && volume.getEphemeral() == null
                && volume.getPersistentVolumeClaim() == null
                && volume.getProjected() == null
                && volume.getSecret() == null) {
            throw refused("has the volume '" + volume.getName()
                    + "' of a kind that the profile restricted forbids, such as hostPath");
        }
    }

    private static void requireOrdinary(Long user) {
        if (user != null && user == 0) {
            throw refused("sets runAsUser to 0 (root); remove it or choose another user");
        }
    }

    private static void requireNothingUnknown(String where, Set<String> names) {
        if (!names.isEmpty()) {
            throw refused("has unknown fields " + where + ": " + String.join(", ", names)
                    + ". It must consist of the metadata and spec of a pod");
        }
    }

    static List<Container> allContainers(PodSpec pod) {
        List<Container> all = new ArrayList<>(pod.getInitContainers());
        all.addAll(pod.getContainers());
        return all;
    }

    private static IllegalArgumentException refused(String why) {
        return new IllegalArgumentException(FILE + why);
    }

    private static String firstLine(RuntimeException e) {
        return String.valueOf(e.getMessage()).lines().findFirst().orElse("");
    }
}
