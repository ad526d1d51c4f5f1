package io.backfill.k8s.fake;

import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.batch.v1.JobSpec;
import io.fabric8.kubernetes.api.model.batch.v1.PodFailurePolicyOnExitCodesRequirement;
import io.fabric8.kubernetes.api.model.batch.v1.PodFailurePolicyRule;
import java.util.List;

/** What a Job's pod failure policy says of a pod that failed: the first rule that fits. */
final class FailureRules {
    enum Action {
        /** As if it had not happened; a new pod takes its place. */
        Ignore,
        /** One of the index's tries is used up. */
        Count,
        FailIndex,
        FailJob
    }

    private FailureRules() {}

    static Action of(JobSpec spec, Pod pod, int exitCode) {
        if (spec.getPodFailurePolicy() == null) {
            return Action.Count;
        }
        return spec.getPodFailurePolicy().getRules().stream()
                .filter(rule -> fits(rule, pod, exitCode))
                .map(rule -> Action.valueOf(rule.getAction()))
                .findFirst()
                .orElse(Action.Count);
    }

    private static boolean fits(PodFailurePolicyRule rule, Pod pod, int exitCode) {
        PodFailurePolicyOnExitCodesRequirement codes = rule.getOnExitCodes();
        if (codes != null) {
            String container = pod.getSpec().getContainers().getFirst().getName();
            boolean ofThisContainer =
                    codes.getContainerName() == null || codes.getContainerName().equals(container);
            List<Integer> values = codes.getValues();
            return ofThisContainer
                    && exitCode != 0
                    && ("In".equals(codes.getOperator()) ? values.contains(exitCode) : !values.contains(exitCode));
        }
        return rule.getOnPodConditions().stream()
                .anyMatch(pattern -> pod.getStatus().getConditions().stream()
                        .anyMatch(condition -> condition.getType().equals(pattern.getType())
                                && condition.getStatus().equals(pattern.getStatus())));
    }
}
