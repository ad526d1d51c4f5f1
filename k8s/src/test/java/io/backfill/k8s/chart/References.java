package io.backfill.k8s.chart;

import io.fabric8.kubernetes.api.model.Container;
import io.fabric8.kubernetes.api.model.EnvVarSource;
import io.fabric8.kubernetes.api.model.PodSpec;
import io.fabric8.kubernetes.api.model.PodTemplateSpec;
import io.fabric8.kubernetes.api.model.Volume;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;

/** The objects to which pods of the release's namespace refer. */
final class References {
    private References() {}

    /** Returns kind and name of every object that a pod needs and the chart does not create. */
    static List<String> missing(Rendered rendered) {
        Set<String> made = rendered.objects().stream()
                .filter(object -> Chart.NAMESPACE.equals(object.getMetadata().getNamespace()))
                .map(Rendered::title)
                .collect(Collectors.toSet());
        Set<String> needed = new TreeSet<>();
        rendered.pods().forEach((title, pod) -> {
            if (!title.equals("shard")) {
                needed.addAll(of(pod));
            }
        });
        needed.removeAll(made);
        return List.copyOf(needed);
    }

    private static Set<String> of(PodTemplateSpec template) {
        Set<String> needed = new TreeSet<>();
        PodSpec pod = template.getSpec();
        if (pod.getServiceAccountName() != null) {
            needed.add("ServiceAccount/" + pod.getServiceAccountName());
        }
        pod.getImagePullSecrets().forEach(secret -> needed.add("Secret/" + secret.getName()));
        pod.getVolumes().forEach(volume -> addVolume(volume, needed));
        pod.getContainers().forEach(container -> addEnvironment(container, needed));
        return needed;
    }

    private static void addVolume(Volume volume, Set<String> needed) {
        if (volume.getConfigMap() != null) {
            needed.add("ConfigMap/" + volume.getConfigMap().getName());
        }
        if (volume.getSecret() != null) {
            needed.add("Secret/" + volume.getSecret().getSecretName());
        }
        if (volume.getPersistentVolumeClaim() != null) {
            needed.add(
                    "PersistentVolumeClaim/" + volume.getPersistentVolumeClaim().getClaimName());
        }
    }

    private static void addEnvironment(Container container, Set<String> needed) {
        container.getEnvFrom().forEach(source -> {
            if (source.getConfigMapRef() != null) {
                needed.add("ConfigMap/" + source.getConfigMapRef().getName());
            }
            if (source.getSecretRef() != null) {
                needed.add("Secret/" + source.getSecretRef().getName());
            }
        });
        container.getEnv().stream()
                .map(variable -> variable.getValueFrom())
                .filter(Objects::nonNull)
                .map(EnvVarSource::getSecretKeyRef)
                .filter(Objects::nonNull)
                .forEach(reference -> needed.add("Secret/" + reference.getName()));
    }
}
