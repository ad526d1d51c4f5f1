package io.backfill.k8s.chart;

import io.fabric8.kubernetes.api.model.ConfigMap;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodTemplateSpec;
import io.fabric8.kubernetes.api.model.PodTemplateSpecBuilder;
import io.fabric8.kubernetes.api.model.apps.Deployment;
import io.fabric8.kubernetes.api.model.batch.v1.Job;
import io.fabric8.kubernetes.client.utils.KubernetesSerialization;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.NoSuchElementException;

/** The chart as rendered by Helm. */
record Rendered(List<Map<String, Object>> documents, List<HasMetadata> objects) {
    private static final KubernetesSerialization SERIALIZATION = new KubernetesSerialization();

    static Rendered of(String text) {
        List<Map<String, Object>> documents = Yaml.documents(text);
        List<HasMetadata> objects = new ArrayList<>();
        for (Map<String, Object> document : documents) {
            objects.add(SERIALIZATION.unmarshal(Yaml.text(document)));
        }
        return new Rendered(documents, objects);
    }

    /** Returns kind and name, and the namespace if it is not that of the release. */
    static String title(HasMetadata object) {
        String namespace = object.getMetadata().getNamespace();
        boolean elsewhere = namespace != null && !namespace.equals(Chart.NAMESPACE);
        return object.getKind() + "/" + object.getMetadata().getName() + (elsewhere ? " in " + namespace : "");
    }

    List<String> titles() {
        return objects.stream().map(Rendered::title).sorted().toList();
    }

    <T extends HasMetadata> List<T> all(Class<T> type) {
        return objects.stream().filter(type::isInstance).map(type::cast).toList();
    }

    List<HasMetadata> all(String kind) {
        return objects.stream().filter(object -> object.getKind().equals(kind)).toList();
    }

    <T extends HasMetadata> T one(Class<T> type, String name) {
        return all(type).stream()
                .filter(object -> object.getMetadata().getName().equals(name))
                .findFirst()
                .orElseThrow(() -> new NoSuchElementException(type.getSimpleName() + "/" + name + " in " + titles()));
    }

    Map<String, Object> document(String kind, String name) {
        return documents.stream()
                .filter(document ->
                        kind.equals(document.get("kind")) && name.equals(Yaml.at(document, "metadata", "name")))
                .findFirst()
                .orElseThrow(() -> new NoSuchElementException(kind + "/" + name + " in " + titles()));
    }

    Deployment deployment(String role) {
        return one(Deployment.class, "backfill-" + role);
    }

    /** Returns the pod template of the shards, if the installation creates Jobs. */
    List<PodTemplateSpec> shardTemplates() {
        return all(ConfigMap.class).stream()
                .filter(map -> map.getData() != null && map.getData().containsKey("pod-template.yaml"))
                .map(map -> SERIALIZATION.unmarshal(map.getData().get("pod-template.yaml"), PodTemplateSpec.class))
                .toList();
    }

    /** Returns every pod that will exist, by the object that creates it. */
    Map<String, PodTemplateSpec> pods() {
        Map<String, PodTemplateSpec> pods = new LinkedHashMap<>();
        all(Deployment.class)
                .forEach(deployment ->
                        pods.put(title(deployment), deployment.getSpec().getTemplate()));
        all(Job.class).forEach(job -> pods.put(title(job), job.getSpec().getTemplate()));
        all(Pod.class)
                .forEach(pod -> pods.put(
                        title(pod),
                        new PodTemplateSpecBuilder()
                                .withMetadata(pod.getMetadata())
                                .withSpec(pod.getSpec())
                                .build()));
        shardTemplates().forEach(template -> pods.put("shard", template));
        return pods;
    }

    static boolean isDemo(PodTemplateSpec pod) {
        return "backfill-demo".equals(pod.getMetadata().getLabels().get("app.kubernetes.io/name"));
    }
}
