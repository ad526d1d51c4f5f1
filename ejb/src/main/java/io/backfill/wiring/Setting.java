package io.backfill.wiring;

import java.util.Arrays;
import java.util.Locale;
import java.util.Optional;

/**
 * All settings of the application, each with its key and its default as text. An empty default means that the setting is not
 * set. No setting holds a secret, except a password in a URL; all other secrets are read from files that a setting names.
 * {@code docs/configuration.md} documents the same keys; a test compares both.
 */
enum Setting {
    PROFILE("backfill.profile", "local"),
    ROLE("backfill.role", "all"),
    NODE("backfill.node", ""),
    DATA_DIR("backfill.data-dir", ""),
    MODELS_FILE("backfill.models-file", ""),
    SHUTDOWN_GRACE("backfill.shutdown-grace", "30s"),

    AUTH_MODE("backfill.auth.mode", "none"),
    AUTH_API_KEYS_FILE("backfill.auth.api-keys-file", ""),
    AUTH_HEADER("backfill.auth.header", "X-Backfill-Tenant"),
    AUTH_TRUSTED_PROXIES("backfill.auth.trusted-proxies", ""),
    AUTH_OPERATOR_HEADER("backfill.auth.operator-header", ""),
    AUTH_OPERATOR_CLAIM("backfill.auth.operator-claim", ""),
    AUTH_OPERATORS("backfill.auth.operators", ""),
    AUTH_OIDC_ISSUER("backfill.auth.oidc.issuer", ""),
    AUTH_OIDC_AUDIENCE("backfill.auth.oidc.audience", ""),
    AUTH_OIDC_TENANT_CLAIM("backfill.auth.oidc.tenant-claim", "sub"),
    AUTH_OIDC_JWKS_URI("backfill.auth.oidc.jwks-uri", ""),
    AUTH_OIDC_CA_FILE("backfill.auth.oidc.ca-file", ""),
    AUTH_OIDC_REFRESH("backfill.auth.oidc.refresh", "5m"),
    AUTH_OIDC_OUTAGE("backfill.auth.oidc.outage", "4h"),
    AUTH_KUBERNETES_TENANT("backfill.auth.kubernetes.tenant", "namespace"),
    AUTH_KUBERNETES_AUDIENCE("backfill.auth.kubernetes.audience", ""),
    AUTH_KUBERNETES_CACHE("backfill.auth.kubernetes.cache", "60s"),
    CRYPTO_KEY_FILE("backfill.crypto.key-file", ""),
    HEADERS_PASS_THROUGH("backfill.headers.pass-through", ""),

    BIND_ADDRESS("backfill.bind-address", "127.0.0.1"),
    HTTP_HOSTS("backfill.http.hosts", ""),
    METRICS_ALLOW("backfill.metrics.allow", "127.0.0.0/8,::1"),
    METRICS_TOKEN_FILE("backfill.metrics.token-file", ""),
    HTTP_THREADS("backfill.http.threads", "160"),
    HTTP_TRANSFERS("backfill.http.transfers", "96"),
    HTTP_CREATES("backfill.http.creates", "4"),
    HTTP_FOLLOWERS("backfill.http.followers", "4096"),
    HTTP_BODY_IDLE("backfill.http.body-idle", "15s"),
    HTTP_MIN_BYTES_PER_SECOND("backfill.http.min-bytes-per-second", "4096"),
    HTTP_KEYLESS_DRAIN("backfill.http.keyless-drain", "2s"),

    FILES_DIR("backfill.files.dir", ""),
    FILES_MAX_UPLOAD_BYTES("backfill.files.max-upload-bytes", "536870912"),
    FILES_MAX_BATCH_FILE_BYTES("backfill.files.max-batch-file-bytes", "536870912"),
    FILES_STRICT_FILENAME("backfill.files.strict-filename", "false"),
    FILES_BATCH_EXPIRY("backfill.files.batch-expiry", "30d"),
    FILES_TENANT_QUOTA_BYTES("backfill.files.tenant-quota-bytes", "0"),
    FILES_MAX_FILES_PER_TENANT("backfill.files.max-files-per-tenant", "1000000"),
    FILES_MAX_OPEN_UPLOADS("backfill.files.max-open-uploads", "1000"),
    FILES_MAX_PARTS("backfill.files.max-parts", "10000"),
    FILES_MAX_UPLOAD_TOTAL_BYTES("backfill.files.max-upload-total-bytes", "8589934592"),
    FILES_MAX_PART_BYTES("backfill.files.max-part-bytes", "67108864"),
    FILES_DRAIN_TIME("backfill.files.drain-time", "30s"),
    FILES_DRAIN_BYTES("backfill.files.drain-bytes", "1073741824"),
    FILES_MAX_LIST_LIMIT("backfill.files.max-list-limit", "10000"),
    FILES_FORCE("backfill.files.force", "second"),
    FILES_MIN_FREE_BYTES("backfill.files.min-free-bytes", "67108864"),

    S3_ENDPOINT("backfill.s3.endpoint", ""),
    S3_BUCKET("backfill.s3.bucket", ""),
    S3_REGION("backfill.s3.region", "us-east-1"),
    S3_PREFIX("backfill.s3.prefix", ""),
    S3_PATH_STYLE("backfill.s3.path-style", ""),
    S3_ENCRYPTION("backfill.s3.encryption", "none"),
    S3_KMS_KEY("backfill.s3.kms-key", ""),
    S3_ATTEMPTS("backfill.s3.attempts", "8"),
    S3_SPOOL_BYTES("backfill.s3.spool-bytes", "0"),

    REDIS_URL("backfill.redis.url", ""),
    REDIS_CA_FILE("backfill.redis.ca-file", ""),
    REDIS_PREFIX("backfill.redis.prefix", "backfill"),

    BATCHES_ENDPOINTS(
            "backfill.batches.endpoints",
            "/v1/chat/completions,/v1/completions,/v1/embeddings,/v1/messages,/v1/moderations,/v1/responses"),
    BATCHES_WINDOW_MIN("backfill.batches.window-min", "1m"),
    BATCHES_WINDOW_MAX("backfill.batches.window-max", "30d"),
    BATCHES_STRICT_WINDOW("backfill.batches.strict-window", "false"),
    BATCHES_EARLY_FILE_CHECK("backfill.batches.early-file-check", "false"),
    BATCHES_CREATES_PER_HOUR("backfill.batches.creates-per-hour", "2000"),
    BATCHES_MAX_LINES("backfill.batches.max-lines", "50000"),
    BATCHES_MAX_INPUT_BYTES("backfill.batches.max-input-bytes", "209715200"),
    BATCHES_MAX_INFLATE_RATIO("backfill.batches.max-inflate-ratio", "1000"),
    BATCHES_MAX_LINE_BYTES("backfill.batches.max-line-bytes", "16777216"),
    BATCHES_MAX_MODELS("backfill.batches.max-models", "32"),
    BATCHES_ERROR_IN_200("backfill.batches.error-in-200", "completed"),
    BATCHES_REQUIRED_FIELDS("backfill.batches.required-fields", "check"),
    BATCHES_ALLOW_MIXED_MODELS("backfill.batches.allow-mixed-models", "true"),
    BATCHES_ORDER("backfill.batches.order", "prefix"),
    MESSAGES_MAX_REQUESTS("backfill.messages.max-requests", "100000"),
    MESSAGES_MAX_BYTES("backfill.messages.max-bytes", "268435456"),

    WEBHOOKS_ALLOW("backfill.webhooks.allow", ""),
    WEBHOOKS_FILE("backfill.webhooks.file", ""),
    WEBHOOKS_MAX_ENDPOINTS("backfill.webhooks.max-endpoints", "20"),

    RETENTION_BATCHES("backfill.retention.batches", "90d"),
    RETENTION_ORPHANS_AFTER("backfill.retention.orphans-after", "1d"),
    RETENTION_JOB_HISTORY("backfill.retention.job-history", "7d"),
    RETENTION_RERUN("backfill.retention.rerun", "7d"),
    RETENTION_DRY_RUN("backfill.retention.dry-run", "false"),

    JOBS_THREADS("backfill.jobs.threads", "256"),
    JOBS_LEASE("backfill.jobs.lease", "20s"),
    JOBS_POLL("backfill.jobs.poll", "1s"),
    JOBS_AHEAD("backfill.jobs.ahead", "512"),
    JOBS_GRACE("backfill.jobs.grace", "30s"),

    OFFLOAD_ENABLED("backfill.offload.enabled", "false"),
    OFFLOAD_MIN_LINES("backfill.offload.min-lines", "10000"),
    OFFLOAD_LINES_PER_SHARD("backfill.offload.lines-per-shard", "1000"),
    OFFLOAD_MAX_PARALLELISM("backfill.offload.max-parallelism", "8"),
    OFFLOAD_MAX_CAP_SHARE("backfill.offload.max-cap-share", "0.5"),
    OFFLOAD_START_TIMEOUT("backfill.offload.start-timeout", "10m"),
    OFFLOAD_ON_REFUSAL("backfill.offload.on-refusal", "local"),
    OFFLOAD_API_BATCHES("backfill.offload.api-batches", "false"),
    OFFLOAD_NAMESPACE("backfill.offload.namespace", ""),
    OFFLOAD_INSTANCE("backfill.offload.instance", "backfill"),
    OFFLOAD_IMAGE("backfill.offload.image", ""),
    OFFLOAD_IMAGE_PULL_POLICY("backfill.offload.image-pull-policy", ""),
    OFFLOAD_IMAGE_PULL_SECRETS("backfill.offload.image-pull-secrets", ""),
    OFFLOAD_COMMAND("backfill.offload.command", ""),
    OFFLOAD_WORKER_SECRET("backfill.offload.worker-secret", ""),
    OFFLOAD_POD_TEMPLATE_FILE("backfill.offload.pod-template-file", ""),
    OFFLOAD_CPU_REQUEST("backfill.offload.cpu-request", "250m"),
    OFFLOAD_MEMORY_REQUEST("backfill.offload.memory-request", "384Mi"),
    OFFLOAD_MEMORY_LIMIT("backfill.offload.memory-limit", "512Mi"),
    OFFLOAD_TMP_SIZE("backfill.offload.tmp-size", "512Mi"),
    OFFLOAD_SPOOL_BYTES("backfill.offload.spool-bytes", "268435456"),
    OFFLOAD_GRACE("backfill.offload.grace", "60s"),
    OFFLOAD_RETRIES_PER_SHARD("backfill.offload.retries-per-shard", "2"),
    OFFLOAD_TTL("backfill.offload.ttl", "1h"),
    OFFLOAD_QUEUE_NAME("backfill.offload.queue-name", ""),
    OFFLOAD_QUEUE_PRIORITY("backfill.offload.queue-priority", ""),
    OFFLOAD_LABELS("backfill.offload.labels", ""),
    OFFLOAD_ANNOTATIONS("backfill.offload.annotations", ""),
    KUBERNETES_API("backfill.kubernetes.api", ""),
    KUBERNETES_CONNECT_TIMEOUT("backfill.kubernetes.connect-timeout", "3s"),
    KUBERNETES_REQUEST_TIMEOUT("backfill.kubernetes.request-timeout", "5s"),
    KUBERNETES_RETRIES("backfill.kubernetes.retries", "2"),
    KUBERNETES_RELIST("backfill.kubernetes.relist", "2m"),
    KUBERNETES_POD_CHECK_INTERVAL("backfill.kubernetes.pod-check-interval", "15s", "backfill.kubernetes.pod-look"),

    TENANTS_WEIGHTS("backfill.tenants.weights", ""),

    DISPATCH_MAX_IN_FLIGHT("backfill.dispatch.max-in-flight", "4096"),
    DISPATCH_BYTE_BUDGET("backfill.dispatch.byte-budget", ""),
    DISPATCH_MAX_ANSWER_BYTES("backfill.dispatch.max-answer-bytes", "67108864"),
    DISPATCH_SPOOL_THRESHOLD("backfill.dispatch.spool-threshold", "262144"),
    DISPATCH_SPOOL_BYTES("backfill.dispatch.spool-bytes", "1073741824"),

    TRACING_ENDPOINT("backfill.tracing.endpoint", ""),
    TRACING_HEADERS_FILE("backfill.tracing.headers-file", ""),
    TRACING_SERVICE_NAME("backfill.tracing.service-name", "backfill"),
    TRACING_SAMPLE("backfill.tracing.sample", "1"),
    TRACING_CALLS_PER_SECOND("backfill.tracing.calls-per-second", "5");

    private final String key;
    private final String byDefault;
    private final Optional<String> formerKey;

    Setting(String key, String byDefault) {
        this(key, byDefault, Optional.empty());
    }

    Setting(String key, String byDefault, String formerKey) {
        this(key, byDefault, Optional.of(formerKey));
    }

    Setting(String key, String byDefault, Optional<String> formerKey) {
        this.key = key;
        this.byDefault = byDefault;
        this.formerKey = formerKey;
    }

    String key() {
        return key;
    }

    /** Returns the key that earlier versions used; still read for one release if {@link #key} is not set. */
    Optional<String> formerKey() {
        return formerKey;
    }

    /** Whether the value is a URL, which may contain a password. */
    boolean isAddress() {
        return this == REDIS_URL
                || this == S3_ENDPOINT
                || this == KUBERNETES_API
                || this == TRACING_ENDPOINT
                || this == AUTH_OIDC_ISSUER
                || this == AUTH_OIDC_JWKS_URI;
    }

    /** Whether the value is a number of bytes, which may have a unit. */
    boolean isSize() {
        return key.endsWith("-bytes") || this == DISPATCH_BYTE_BUDGET || this == DISPATCH_SPOOL_THRESHOLD;
    }

    String byDefault() {
        return byDefault;
    }

    /** Returns the environment variable of this setting, by the rule of MicroProfile Config. */
    String variable() {
        return variable(key);
    }

    private static String variable(String key) {
        return key.replaceAll("[^a-zA-Z0-9]", "_").toUpperCase(Locale.ROOT);
    }

    static Optional<Setting> ofKey(String key) {
        return Arrays.stream(values())
                .filter(setting -> setting.key.equals(key)
                        || setting.formerKey.filter(key::equals).isPresent())
                .findFirst();
    }

    static Optional<Setting> ofVariable(String variable) {
        return Arrays.stream(values())
                .filter(setting -> setting.variable().equals(variable)
                        || setting.formerKey
                                .map(Setting::variable)
                                .filter(variable::equals)
                                .isPresent())
                .findFirst();
    }
}
