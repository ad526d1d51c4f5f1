package io.backfill.k8s;

import io.backfill.offload.IndexRanges;
import io.backfill.offload.ShardJobSpec;
import io.fabric8.kubernetes.api.model.ObjectMeta;
import io.fabric8.kubernetes.api.model.batch.v1.Job;
import io.fabric8.kubernetes.api.model.batch.v1.JobSpec;
import io.fabric8.kubernetes.api.model.batch.v1.PodFailurePolicy;
import io.fabric8.kubernetes.api.model.batch.v1.PodFailurePolicyOnExitCodesRequirement;
import io.fabric8.kubernetes.api.model.batch.v1.PodFailurePolicyOnPodConditionsPattern;
import io.fabric8.kubernetes.api.model.batch.v1.PodFailurePolicyRule;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Builds the Job that is sent to Kubernetes. This is a pure function, so two nodes that request the same Job send the same bytes.
 * Each partition has one index. Each index is retried on its own, and a failed index stops the others only if its cause would stop
 * them too.
 */
public final class JobTemplate {
    /** Exit codes that fail every other pod as well: store or model denied access, or the configuration is incomplete. */
    static final List<Integer> FAILS_THE_JOB = List.of(77, 78);
    /** Exit codes that a retry of the shard would repeat: its manifest or input is invalid. */
    static final List<Integer> FAILS_THE_INDEX = List.of(64, 65);

    private final OffloadConfig config;
    private final PodTemplateFile podTemplate;

    /** @throws IllegalArgumentException if the operator's pod template cannot be used; the message is meant for operators */
    public JobTemplate(OffloadConfig config) {
        this.config = config;
        this.podTemplate = new PodTemplateFile(config.podTemplate());
    }

    /** Returns the Job for {@code spec}. Equal specifications give equal Jobs. */
    public Job job(ShardJobSpec spec) {
        Map<String, String> labels = JobLabels.of(config, spec);
        Map<String, String> annotations = annotations(spec);
        ObjectMeta metadata = new ObjectMeta();
        metadata.setName(spec.name());
        metadata.setNamespace(config.namespace());
        metadata.setLabels(labels);
        metadata.setAnnotations(annotations);

        int completions = spec.partitions().size();
        JobSpec job = new JobSpec();
        job.setCompletionMode("Indexed");
        job.setCompletions(completions);
        job.setParallelism(spec.parallelism());
        job.setBackoffLimitPerIndex(config.retriesPerShard());
        // let every shard run; the gateway decides what to do about those that failed
        job.setMaxFailedIndexes(completions);
        job.setPodReplacementPolicy("Failed");
        job.setPodFailurePolicy(failurePolicy());
        job.setActiveDeadlineSeconds(spec.backstop().toSeconds());
        job.setTtlSecondsAfterFinished((int) config.ttl().toSeconds());
        job.setTemplate(new WorkerPod(config, spec).fill(podTemplate.template(), labels, annotations));

        Job whole = new Job();
        whole.setMetadata(metadata);
        whole.setSpec(job);
        return whole;
    }

    private Map<String, String> annotations(ShardJobSpec spec) {
        Map<String, String> annotations = new LinkedHashMap<>();
        JobLabels.putUnlessOurs(annotations, config.annotations());
        JobLabels.putUnlessOurs(annotations, spec.annotations());
        annotations.put(JobLabels.PARTITIONS, IndexRanges.format(spec.partitions()));
        annotations.put(JobLabels.MANIFEST, spec.manifestKey());
        return annotations;
    }

    /** The first matching rule counts: an eviction is not a failure of the shard, whatever the exit code. */
    private static PodFailurePolicy failurePolicy() {
        PodFailurePolicyRule disruption = new PodFailurePolicyRule();
        disruption.setAction("Ignore");
        disruption.setOnPodConditions(List.of(new PodFailurePolicyOnPodConditionsPattern("True", "DisruptionTarget")));
        PodFailurePolicy policy = new PodFailurePolicy();
        policy.setRules(List.of(disruption, onExit("FailJob", FAILS_THE_JOB), onExit("FailIndex", FAILS_THE_INDEX)));
        return policy;
    }

    private static PodFailurePolicyRule onExit(String action, List<Integer> codes) {
        PodFailurePolicyRule rule = new PodFailurePolicyRule();
        rule.setAction(action);
        rule.setOnExitCodes(new PodFailurePolicyOnExitCodesRequirement(PodTemplateFile.WORKER, "In", codes));
        return rule;
    }
}
