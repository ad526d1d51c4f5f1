package io.backfill.k8s;

import io.backfill.ids.BatchId;
import io.backfill.offload.ShardJobSpec;
import java.util.LinkedHashMap;
import java.util.Map;

/** Labels and annotations that identify the Jobs and pods of this gateway, and those of Kubernetes that it reads. */
final class JobLabels {
    static final String BATCH = "backfill.io/batch-id";
    static final String GENERATION = "backfill.io/generation";
    static final String INSTANCE = "backfill.io/gateway-instance";
    /** Annotation: the partitions that the indexes stand for, in index order. */
    static final String PARTITIONS = "backfill.io/partitions";
    /** Annotation: key of the worker's manifest in the store. */
    static final String MANIFEST = "backfill.io/manifest";

    static final String MANAGED_BY = "app.kubernetes.io/managed-by";
    static final String QUEUE = "kueue.x-k8s.io/queue-name";
    static final String PRIORITY = "kueue.x-k8s.io/priority-class";

    static final String JOB_NAME = "batch.kubernetes.io/job-name";
    static final String INDEX = "batch.kubernetes.io/job-completion-index";

    private static final String PRODUCT = "backfill";

    private JobLabels() {}

    /** Returns the labels that select all Jobs of one gateway. */
    static Map<String, String> selector(String instance) {
        return Map.of(MANAGED_BY, PRODUCT, INSTANCE, instance);
    }

    static Map<String, String> selector(String instance, BatchId batch) {
        return Map.of(MANAGED_BY, PRODUCT, INSTANCE, instance, BATCH, batch.value());
    }

    static Map<String, String> of(OffloadConfig config, ShardJobSpec spec) {
        Map<String, String> labels = new LinkedHashMap<>();
        putUnlessOurs(labels, config.labels());
        if (!config.queue().isEmpty()) {
            labels.put(QUEUE, config.queue());
        }
        if (!config.priority().isEmpty()) {
            labels.put(PRIORITY, config.priority());
        }
        putUnlessOurs(labels, spec.labels());
        labels.put("app.kubernetes.io/name", "backfill-worker");
        labels.put("app.kubernetes.io/instance", config.instance());
        labels.put("app.kubernetes.io/component", "shard-worker");
        labels.put("app.kubernetes.io/part-of", PRODUCT);
        labels.put(MANAGED_BY, PRODUCT);
        labels.put(INSTANCE, config.instance());
        labels.put(BATCH, spec.batch().value());
        labels.put(GENERATION, Integer.toString(spec.generation()));
        return labels;
    }

    /**
     * Adds all entries but those whose keys are reserved for this gateway or for the Job controller. The Job controller rejects a
     * template that sets its labels.
     */
    static void putUnlessOurs(Map<String, String> into, Map<String, String> from) {
        from.forEach((key, value) -> {
            if (!isReserved(key)) {
                into.put(key, value);
            }
        });
    }

    static boolean isReserved(String key) {
        return key.startsWith("backfill.io/")
                || key.startsWith("app.kubernetes.io/")
                || key.startsWith("batch.kubernetes.io/")
                || key.equals("job-name")
                || key.equals("controller-uid");
    }
}
