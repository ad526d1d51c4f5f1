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
 * The pod template that an operator wrote: node pools, tolerations, extra settings and volumes, sidecars. What cannot work, and what
 * is not ours to take away in silence (a folder of the node, the root user), is refused; everything that only widens what a
 * pod may do is taken away by {@link RestrictedPod}.
 */
final class PodTemplateFile {
    /** The container that is ours; a template may have it, with resources or settings of its own. */
    static final String WORKER = "worker";

    private static final String FILE = "the pod template in backfill.offload.pod-template ";
    private static final int MOST_CHARACTERS = 256 * 1024;

    private final KubernetesSerialization serialization = new KubernetesSerialization();
    private final String yaml;

    /**
     * @param yaml empty: nothing
     * @throws IllegalArgumentException when no Job can be built on it, with a message for operators
     */
    PodTemplateFile(String yaml) {
        this.yaml = yaml;
        check(template());
    }

    /** A copy of its own, never without metadata, spec and the worker's container, which is the first. */
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
            throw refused("has ephemeralContainers, which no template may have");
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
                        + "' without an image that has a digest or a tag other than latest");
            }
        }
        if (pod.getSecurityContext() != null) {
            requireOrdinary(pod.getSecurityContext().getRunAsUser());
        }
        pod.getVolumes().forEach(PodTemplateFile::requireAllowed);
    }

    /** The kinds that the restricted profile allows. */
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
                    + "' of a kind that restricted pods may not have, such as hostPath");
        }
    }

    private static void requireOrdinary(Long user) {
        if (user != null && user == 0) {
            throw refused("asks for the root user; leave runAsUser away, or name another");
        }
    }

    private static void requireNothingUnknown(String where, Set<String> names) {
        if (!names.isEmpty()) {
            throw refused("has fields " + where + " that Kubernetes does not know: " + String.join(", ", names)
                    + ". It must hold metadata and spec of a pod");
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
