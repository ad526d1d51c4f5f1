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
 * From what is wished for to the Job that Kubernetes gets: a pure function, so that two nodes that ask for the same Job ask for the
 * same bytes. One index for each partition; each is tried again by itself, and none stops the others but for a reason
 * that would stop them all.
 */
public final class JobTemplate {
    /** The worker was refused by store or model, or is not configured: so will be every other pod. */
    static final List<Integer> FAILS_THE_JOB = List.of(77, 78);
    /** Manifest or input of this shard are bad: so they will be the next time. */
    static final List<Integer> FAILS_THE_INDEX = List.of(64, 65);

    private final OffloadConfig config;
    private final PodTemplateFile podTemplate;

    /** @throws IllegalArgumentException when no Job can be built on the operator's pod template, with a message for operators */
    public JobTemplate(OffloadConfig config) {
        this.config = config;
        this.podTemplate = new PodTemplateFile(config.podTemplate());
    }

    /** The Job for {@code spec}; the same for the same. */
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
        // every shard shall try; what becomes of those that failed is the gateway's decision
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

    /** The first rule that fits counts: an eviction is nobody's failure, whatever the exit code. */
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
