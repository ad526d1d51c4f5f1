package io.backfill.k8s;

import java.time.Duration;
import java.util.Map;
import java.util.regex.Pattern;

/**
 * Configuration of this gateway's Jobs.
 *
 * @param namespace {@code backfill.offload.namespace}: namespace of the Jobs; it should hold only them and the worker's Secret
 * @param instance {@code backfill.offload.instance}: name shared by all nodes of this gateway, which distinguishes its Jobs from
 *     those of another gateway in the same namespace; default {@code backfill}
 * @param worker what each pod runs
 * @param podTemplate {@code backfill.offload.pod-template-file}: content of the named file, a pod template ({@code metadata} and
 *     {@code spec}) in YAML on which Jobs are based; empty: none
 * @param retriesPerShard {@code backfill.offload.retries-per-shard}: how often the cluster retries a shard within one Job; default
 *     2
 * @param ttl {@code backfill.offload.ttl}: how long the cluster keeps an ended Job that no gateway removed; default 1 hour
 * @param queue {@code backfill.offload.queue-name}: Kueue's LocalQueue; empty: none
 * @param priority {@code backfill.offload.queue-priority}: Kueue's WorkloadPriorityClass; empty: none
 * @param labels {@code backfill.offload.labels}: additional labels for Jobs and pods; reserved names are ignored
 * @param annotations {@code backfill.offload.annotations}: additional annotations for Jobs and pods
 */
public record OffloadConfig(
        String namespace,
        String instance,
        WorkerConfig worker,
        String podTemplate,
        int retriesPerShard,
        Duration ttl,
        String queue,
        String priority,
        Map<String, String> labels,
        Map<String, String> annotations) {
    public static final String DEFAULT_INSTANCE = "backfill";
    public static final int DEFAULT_RETRIES = 2;
    public static final Duration DEFAULT_TTL = Duration.ofHours(1);

    /** Names that are valid both as a DNS label and as a label value. */
    private static final Pattern DNS_LABEL = Pattern.compile("[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?");

    private static final Pattern DNS_NAME = Pattern.compile("[a-z0-9]([a-z0-9.-]{0,61}[a-z0-9])?");
    private static final Pattern KEY =
            Pattern.compile("([a-z0-9]([a-z0-9.-]{0,251}[a-z0-9])?/)?[A-Za-z0-9]([A-Za-z0-9._-]{0,61}[A-Za-z0-9])?");
    private static final Pattern LABEL = Pattern.compile("([A-Za-z0-9]([A-Za-z0-9._-]{0,61}[A-Za-z0-9])?)?");

    public OffloadConfig {
        labels = Map.copyOf(labels);
        annotations = Map.copyOf(annotations);
        require(DNS_LABEL, "backfill.offload.namespace", namespace);
        require(DNS_LABEL, "backfill.offload.instance", instance);
        if (!queue.isEmpty()) {
            require(DNS_NAME, "backfill.offload.queue-name", queue);
        }
        if (!priority.isEmpty()) {
            require(DNS_NAME, "backfill.offload.queue-priority", priority);
        }
        if (retriesPerShard < 0 || retriesPerShard > 20) {
            throw new IllegalArgumentException(
                    "backfill.offload.retries-per-shard must be 0 to 20, not " + retriesPerShard);
        }
        if (ttl.compareTo(Duration.ofMinutes(1)) < 0 || ttl.compareTo(Duration.ofDays(30)) > 0) {
            throw new IllegalArgumentException("backfill.offload.ttl must be 1 minute to 30 days, not " + ttl);
        }
        labels.forEach((key, value) -> {
            require(KEY, "a label name in backfill.offload.labels", key);
            require(LABEL, "a label value in backfill.offload.labels", value);
        });
        annotations.keySet().forEach(key -> require(KEY, "an annotation name in backfill.offload.annotations", key));
    }

    /** Returns a configuration with defaults for all other settings. */
    public static OffloadConfig of(String namespace, WorkerConfig worker) {
        return new OffloadConfig(
                namespace, DEFAULT_INSTANCE, worker, "", DEFAULT_RETRIES, DEFAULT_TTL, "", "", Map.of(), Map.of());
    }

    private static void require(Pattern pattern, String what, String value) {
        if (!pattern.matcher(value).matches()) {
            throw new IllegalArgumentException(what + " is not valid in Kubernetes: '" + value + "'");
        }
    }
}
