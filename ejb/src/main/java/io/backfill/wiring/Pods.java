package io.backfill.wiring;

import io.backfill.fair.ShareTable;
import io.backfill.k8s.ApiConfig;
import io.backfill.k8s.KubernetesCluster;
import io.backfill.k8s.KubernetesShardJobs;
import io.backfill.k8s.OffloadConfig;
import io.backfill.k8s.WorkerConfig;
import io.backfill.offload.Offload;
import io.backfill.offload.OffloadContext;
import io.backfill.offload.OffloadObserver;
import io.backfill.offload.OffloadPolicy;
import io.backfill.offload.ShardDispatch;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Executor;

/**
 * Offloading of large batches to the pods of a Kubernetes cluster, if it is enabled.
 *
 * @param offload what this node uses to offload batches; present even when offloading is off
 * @param jobs empty when offloading is off
 * @param cluster also used by authentication
 */
record Pods(Offload offload, Optional<KubernetesShardJobs> jobs, Lazy<KubernetesCluster> cluster) {
    /**
     * Minimum age of an orphaned Job. A Job may be older than its leader's lease, but one that was made just now is not an
     * orphan.
     */
    static final Duration ORPHAN_AGE = Duration.ofMinutes(2);

    /** Settings of the gateway that are passed on to workers. None of them is a secret. */
    private static final List<Setting> WORKER_SETTINGS = List.of(
            Setting.FILES_DIR,
            Setting.FILES_FORCE,
            Setting.FILES_MIN_FREE_BYTES,
            Setting.S3_ENDPOINT,
            Setting.S3_BUCKET,
            Setting.S3_REGION,
            Setting.S3_PREFIX,
            Setting.S3_PATH_STYLE,
            Setting.S3_ENCRYPTION,
            Setting.S3_KMS_KEY,
            Setting.S3_ATTEMPTS,
            Setting.JOBS_AHEAD,
            Setting.DISPATCH_MAX_ANSWER_BYTES,
            Setting.BATCHES_ERROR_IN_200,
            Setting.DISPATCH_SPOOL_THRESHOLD,
            Setting.OFFLOAD_SPOOL_BYTES,
            Setting.TRACING_ENDPOINT,
            Setting.TRACING_SERVICE_NAME,
            Setting.TRACING_SAMPLE,
            Setting.TRACING_CALLS_PER_SECOND);

    /** Dependencies of offloading on the rest of the node. */
    record Dependencies(
            Backends backends,
            Path modelsFile,
            ShareTable shares,
            OffloadObserver observer,
            TimeAndIds timeAndIds,
            Executor threads) {}

    /** @throws IllegalArgumentException with a message for operators when the settings cannot be used */
    static Pods of(Profile profile, Settings settings, Lazy<KubernetesCluster> cluster, Dependencies dependencies) {
        if (!settings.flag(Setting.OFFLOAD_ENABLED)) {
            return new Pods(
                    new Offload(dependencies.backends().storage().store(), Optional.empty(), dependencies.threads()),
                    Optional.empty(),
                    cluster);
        }
        if (!profile.shared()) {
            throw new IllegalArgumentException(Setting.OFFLOAD_ENABLED.key() + " needs profile single or cluster: pods"
                    + " cannot reach the data folder of profile local");
        }
        if (profile == Profile.SINGLE && settings.text(Setting.FILES_DIR).isEmpty()) {
            throw new IllegalArgumentException(Setting.OFFLOAD_ENABLED.key() + " in profile single needs "
                    + Setting.FILES_DIR.key() + ", a folder that pods mount at the same path");
        }
        OffloadConfig config = config(settings);
        KubernetesShardJobs jobs = cluster.get()
                .shardJobs(
                        config,
                        dependencies.timeAndIds().nanoTime(),
                        dependencies.timeAndIds().time());
        ShardDispatch dispatch = new ShardDispatch(new OffloadContext(
                jobs,
                dependencies.backends().storage().store(),
                dependencies.backends().storage().logs(),
                dependencies.shares(),
                dependencies.backends().models(),
                () -> text(dependencies.modelsFile()),
                policy(settings),
                config.worker().grace(),
                dependencies.observer(),
                dependencies.timeAndIds().time(),
                dependencies.timeAndIds().nanoTime()));
        return new Pods(
                new Offload(dependencies.backends().storage().store(), Optional.of(dispatch), dependencies.threads()),
                Optional.of(jobs),
                cluster);
    }

    static ApiConfig api(Settings settings) {
        return new ApiConfig(
                settings.optional(Setting.KUBERNETES_API).map(URI::create),
                settings.duration(Setting.KUBERNETES_CONNECT_TIMEOUT),
                settings.duration(Setting.KUBERNETES_REQUEST_TIMEOUT),
                settings.integer(Setting.KUBERNETES_RETRIES),
                settings.duration(Setting.KUBERNETES_RELIST),
                settings.duration(Setting.KUBERNETES_POD_CHECK_INTERVAL));
    }

    private static OffloadPolicy policy(Settings settings) {
        return new OffloadPolicy(
                settings.integer(Setting.OFFLOAD_MIN_LINES),
                settings.integer(Setting.OFFLOAD_LINES_PER_SHARD),
                settings.integer(Setting.OFFLOAD_MAX_PARALLELISM),
                settings.fraction(Setting.OFFLOAD_MAX_CAP_SHARE),
                settings.duration(Setting.OFFLOAD_START_TIMEOUT),
                settings.choice(Setting.OFFLOAD_ON_REFUSAL, OffloadPolicy.OnRefusal.class),
                settings.flag(Setting.OFFLOAD_API_BATCHES));
    }

    private static OffloadConfig config(Settings settings) {
        return new OffloadConfig(
                required(
                        settings,
                        Setting.OFFLOAD_NAMESPACE,
                        "the namespace for Jobs, preferably one that contains nothing else"),
                settings.text(Setting.OFFLOAD_INSTANCE),
                worker(settings),
                settings.path(Setting.OFFLOAD_POD_TEMPLATE_FILE).map(Pods::text).orElse(""),
                settings.integer(Setting.OFFLOAD_RETRIES_PER_SHARD),
                settings.duration(Setting.OFFLOAD_TTL),
                settings.text(Setting.OFFLOAD_QUEUE_NAME),
                settings.text(Setting.OFFLOAD_QUEUE_PRIORITY),
                pairs(settings, Setting.OFFLOAD_LABELS),
                pairs(settings, Setting.OFFLOAD_ANNOTATIONS));
    }

    private static WorkerConfig worker(Settings settings) {
        Map<String, String> env = new HashMap<>();
        for (Setting setting : WORKER_SETTINGS) {
            // workers of any version read sizes without a unit
            settings.optional(setting)
                    .ifPresent(value -> env.put(
                            setting.variable(), setting.isSize() ? String.valueOf(settings.bytes(setting)) : value));
        }
        return new WorkerConfig(
                required(settings, Setting.OFFLOAD_IMAGE, "the worker's image"),
                settings.text(Setting.OFFLOAD_IMAGE_PULL_POLICY),
                settings.list(Setting.OFFLOAD_IMAGE_PULL_SECRETS),
                settings.list(Setting.OFFLOAD_COMMAND),
                env,
                settings.text(Setting.OFFLOAD_WORKER_SECRET),
                new WorkerConfig.Resources(
                        settings.text(Setting.OFFLOAD_CPU_REQUEST),
                        settings.text(Setting.OFFLOAD_MEMORY_REQUEST),
                        settings.text(Setting.OFFLOAD_MEMORY_LIMIT),
                        settings.text(Setting.OFFLOAD_TMP_SIZE)),
                settings.duration(Setting.OFFLOAD_GRACE));
    }

    private static String required(Settings settings, Setting setting, String what) {
        return settings.optional(setting)
                .orElseThrow(() -> new IllegalArgumentException(
                        Setting.OFFLOAD_ENABLED.key() + " needs " + setting.key() + ", " + what));
    }

    private static Map<String, String> pairs(Settings settings, Setting setting) {
        Map<String, String> pairs = new LinkedHashMap<>();
        for (String pair : settings.list(setting)) {
            int equals = pair.indexOf('=');
            if (equals < 1) {
                throw new IllegalArgumentException(
                        setting.key() + " must be pairs such as team=ml,tier=batch, not '" + pair + "'");
            }
            pairs.put(
                    pair.substring(0, equals).trim(), pair.substring(equals + 1).trim());
        }
        return pairs;
    }

    private static String text(Path file) {
        try {
            return Files.readString(file, StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(file + " cannot be read: " + e.getMessage(), e);
        }
    }
}
