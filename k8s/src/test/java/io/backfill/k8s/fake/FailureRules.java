package io.backfill.k8s.fake;

import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.batch.v1.JobSpec;
import io.fabric8.kubernetes.api.model.batch.v1.PodFailurePolicyOnExitCodesRequirement;
import io.fabric8.kubernetes.api.model.batch.v1.PodFailurePolicyRule;
import java.util.List;

/** Evaluates a Job's pod failure policy for a failed pod: the first matching rule applies. */
final class FailureRules {
    enum Action {
        /** The failure does not count, and a new pod replaces the failed one. */
        Ignore,
        /** One retry of the index is used up. */
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
