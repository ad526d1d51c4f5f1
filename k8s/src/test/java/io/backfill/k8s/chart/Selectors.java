package io.backfill.k8s.chart;

import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.LabelSelector;
import io.fabric8.kubernetes.api.model.PodTemplateSpec;
import io.fabric8.kubernetes.api.model.Service;
import io.fabric8.kubernetes.api.model.ServicePort;
import io.fabric8.kubernetes.api.model.apps.Deployment;
import io.fabric8.kubernetes.api.model.autoscaling.v2.HorizontalPodAutoscaler;
import io.fabric8.kubernetes.api.model.networking.v1.NetworkPolicy;
import io.fabric8.kubernetes.api.model.policy.v1.PodDisruptionBudget;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;

/** Checks that selectors, ports and targets match rendered objects. */
final class Selectors {
    /** Labels that the gateway sets on the pods of its shards. */
    private static final Map<String, String> SHARD =
            Map.of("app.kubernetes.io/component", "shard-worker", "app.kubernetes.io/instance", Chart.RELEASE);

    private final Rendered rendered;
    private final List<String> blind = new ArrayList<>();

    private Selectors(Rendered rendered) {
        this.rendered = rendered;
    }

    static List<String> thatSelectNothing(Rendered rendered) {
        Selectors selectors = new Selectors(rendered);
        rendered.all(Deployment.class).forEach(selectors::check);
        rendered.all(Service.class).forEach(selectors::check);
        rendered.all(PodDisruptionBudget.class)
                .forEach(budget -> selectors.requirePod(budget, budget.getSpec().getSelector()));
        rendered.all(NetworkPolicy.class)
                .forEach(policy -> selectors.requirePod(policy, policy.getSpec().getPodSelector()));
        rendered.all(HorizontalPodAutoscaler.class).forEach(selectors::check);
        rendered.all("ServiceMonitor").forEach(selectors::checkServiceMonitor);
        rendered.all("PodMonitor").forEach(selectors::checkPodMonitor);
        return selectors.blind;
    }

    private void check(Deployment deployment) {
        Map<String, String> labels =
                deployment.getSpec().getTemplate().getMetadata().getLabels();
        require(deployment, matches(deployment.getSpec().getSelector().getMatchLabels(), labels));
    }

    private void check(Service service) {
        List<PodTemplateSpec> pods = pods(service.getSpec().getSelector());
        require(service, pods.size() == 1);
        for (ServicePort port : service.getSpec().getPorts()) {
            require(
                    service,
                    pods.stream()
                            .allMatch(pod -> hasPort(pod, port.getTargetPort().getStrVal())));
        }
    }

    private void check(HorizontalPodAutoscaler scaler) {
        require(
                scaler,
                rendered.all(Deployment.class).stream()
                        .anyMatch(deployment -> deployment
                                .getMetadata()
                                .getName()
                                .equals(scaler.getSpec().getScaleTargetRef().getName())));
    }

    private void requirePod(HasMetadata who, LabelSelector selector) {
        require(who, !pods(selector.getMatchLabels()).isEmpty() || matches(selector.getMatchLabels(), SHARD));
    }

    private void checkServiceMonitor(HasMetadata monitor) {
        Map<String, Object> document =
                rendered.document("ServiceMonitor", monitor.getMetadata().getName());
        Map<String, String> selector = labels(Yaml.at(document, "spec", "selector", "matchLabels"));
        Object port = Yaml.at(document, "spec", "endpoints", 0, "port");
        require(
                monitor,
                rendered.all(Service.class).stream()
                        .filter(service ->
                                matches(selector, service.getMetadata().getLabels()))
                        .flatMap(service -> service.getSpec().getPorts().stream())
                        .anyMatch(candidate -> candidate.getName().equals(port)));
    }

    private void checkPodMonitor(HasMetadata monitor) {
        Map<String, Object> document =
                rendered.document("PodMonitor", monitor.getMetadata().getName());
        Map<String, String> selector = labels(Yaml.at(document, "spec", "selector", "matchLabels"));
        String port = (String) Yaml.at(document, "spec", "podMetricsEndpoints", 0, "port");
        List<PodTemplateSpec> pods = pods(selector);
        require(monitor, !pods.isEmpty() && pods.stream().allMatch(pod -> hasPort(pod, port)));
    }

    private List<PodTemplateSpec> pods(Map<String, String> selector) {
        Collection<PodTemplateSpec> all = rendered.pods().values();
        return all.stream()
                .filter(pod -> matches(selector, pod.getMetadata().getLabels()))
                .toList();
    }

    private static boolean hasPort(PodTemplateSpec pod, String name) {
        return pod.getSpec().getContainers().stream()
                .flatMap(container -> container.getPorts().stream())
                .anyMatch(port -> name.equals(port.getName()));
    }

    /** An empty selector matches everything, which no selector of the chart should do. */
    private static boolean matches(Map<String, String> selector, Map<String, String> labels) {
        return !selector.isEmpty() && labels != null && labels.entrySet().containsAll(selector.entrySet());
    }

    @SuppressWarnings("unchecked") // labels are strings
    private static Map<String, String> labels(Object value) {
        return (Map<String, String>) value;
    }

    private void require(HasMetadata who, boolean found) {
        if (!found) {
            blind.add(Rendered.title(who));
        }
    }
}
