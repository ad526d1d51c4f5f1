package io.backfill.k8s;

import java.time.Duration;
import java.util.Map;
import java.util.regex.Pattern;

/**
 * The Jobs of this gateway on its cluster.
 *
 * @param namespace {@code backfill.offload.namespace}: where Jobs are made; one that holds nothing but them and the worker's Secret
 * @param instance {@code backfill.offload.instance}: tells the Jobs of this gateway, all its nodes together, from those of another
 *     in the same namespace; default {@code backfill}
 * @param worker what each pod runs
 * @param podTemplate {@code backfill.offload.pod-template-file}: the text of the file that it names, a pod template ({@code metadata}
 *     and {@code spec}) in YAML that Jobs are built on; empty: none
 * @param retriesPerShard {@code backfill.offload.retries-per-shard}: how often the cluster tries a shard again within one Job;
 *     default 2
 * @param ttl {@code backfill.offload.ttl}: when the cluster removes an ended Job that no gateway removed; default 1 hour
 * @param queue {@code backfill.offload.queue-name}: Kueue's LocalQueue; empty: none
 * @param priority {@code backfill.offload.queue-priority}: Kueue's WorkloadPriorityClass; empty: none
 * @param labels {@code backfill.offload.labels}: more labels for Jobs and pods; names of our own are not taken
 * @param annotations {@code backfill.offload.annotations}: more annotations for Jobs and pods
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

    /** What is both a DNS label and a label's value. */
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
            require(KEY, "the name of a label in backfill.offload.labels", key);
            require(LABEL, "the value of a label in backfill.offload.labels", value);
        });
        annotations.keySet().forEach(key -> require(KEY, "the name in backfill.offload.annotations", key));
    }

    /** With the defaults for everything that has one. */
    public static OffloadConfig of(String namespace, WorkerConfig worker) {
        return new OffloadConfig(
                namespace, DEFAULT_INSTANCE, worker, "", DEFAULT_RETRIES, DEFAULT_TTL, "", "", Map.of(), Map.of());
    }

    private static void require(Pattern pattern, String what, String value) {
        if (!pattern.matcher(value).matches()) {
            throw new IllegalArgumentException(what + " is not one that Kubernetes takes: '" + value + "'");
        }
    }
}
