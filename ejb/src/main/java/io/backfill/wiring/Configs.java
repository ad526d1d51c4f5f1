package io.backfill.wiring;

import io.backfill.batches.BatchConfig;
import io.backfill.dispatch.DispatchConfig;
import io.backfill.dispatch.http.HttpConfig;
import io.backfill.door.DoorConfig;
import io.backfill.fair.TenantShares;
import io.backfill.feed.FollowConfig;
import io.backfill.files.FileConfig;
import io.backfill.files.TenantLimits;
import io.backfill.lifecycle.JobsConfig;
import io.backfill.lifecycle.RetentionConfig;
import io.backfill.plan.PlanConfig;
import io.backfill.plan.PlanOrder;
import io.backfill.requests.MessageLimits;
import io.backfill.tenants.TenantId;
import io.backfill.tenants.auth.BrowserGuard;
import io.backfill.tenants.auth.Cidr;
import io.backfill.tenants.auth.MetricsAccess;
import io.backfill.traces.otlp.TracingConfig;
import java.io.IOException;
import java.net.InetAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The configuration record of each feature, created from the settings. Each record validates itself, including combinations
 * of its fields.
 */
record Configs(
        FileConfig files,
        BatchConfig batches,
        PlanConfig plan,
        DispatchConfig dispatch,
        HttpConfig http,
        JobsConfig jobs,
        TenantShares shares,
        RetentionConfig retention,
        DoorConfig door,
        FollowConfig followers,
        BrowserGuard browsers,
        MetricsAccess metrics,
        Optional<TracingConfig> tracing,
        WebhookConfig webhooks) {
    private static final Pattern WEIGHT = Pattern.compile("([^=]+)=([0-9]{1,9})");
    private static final Duration CONNECT_TIMEOUT = Duration.ofSeconds(10);

    static Configs of(Settings settings) {
        Configs configs = new Configs(
                files(settings),
                batches(settings),
                plan(settings),
                dispatch(settings),
                http(settings),
                jobs(settings),
                shares(settings),
                retention(settings),
                door(settings),
                followers(settings),
                browsers(settings),
                metrics(settings),
                tracing(settings),
                WebhookConfig.of(settings));
        Duration shutdownGrace = settings.duration(Setting.SHUTDOWN_GRACE);
        if (configs.dispatch.grace().compareTo(shutdownGrace) > 0) {
            throw new IllegalArgumentException(Setting.JOBS_GRACE.key() + " (" + configs.dispatch.grace()
                    + ") must not exceed " + Setting.SHUTDOWN_GRACE.key() + " (" + shutdownGrace
                    + "); otherwise the server would stop before open calls have ended");
        }
        return configs;
    }

    private static FileConfig files(Settings settings) {
        return new FileConfig(
                settings.bytes(Setting.FILES_MAX_UPLOAD_BYTES),
                settings.bytes(Setting.FILES_MAX_BATCH_FILE_BYTES),
                settings.flag(Setting.FILES_STRICT_FILENAME),
                settings.duration(Setting.FILES_BATCH_EXPIRY),
                new TenantLimits(
                        settings.bytes(Setting.FILES_TENANT_QUOTA_BYTES),
                        settings.number(Setting.FILES_MAX_FILES_PER_TENANT),
                        settings.integer(Setting.FILES_MAX_OPEN_UPLOADS),
                        settings.integer(Setting.FILES_MAX_PARTS)),
                settings.bytes(Setting.FILES_MAX_UPLOAD_TOTAL_BYTES),
                settings.bytes(Setting.FILES_MAX_PART_BYTES),
                settings.duration(Setting.FILES_DRAIN_TIME),
                settings.bytes(Setting.FILES_DRAIN_BYTES),
                settings.integer(Setting.FILES_MAX_LIST_LIMIT));
    }

    private static BatchConfig batches(Settings settings) {
        return new BatchConfig(
                settings.list(Setting.BATCHES_ENDPOINTS),
                settings.duration(Setting.BATCHES_WINDOW_MIN),
                settings.duration(Setting.BATCHES_WINDOW_MAX),
                settings.flag(Setting.BATCHES_STRICT_WINDOW),
                settings.flag(Setting.BATCHES_EARLY_FILE_CHECK),
                settings.integer(Setting.BATCHES_CREATES_PER_HOUR),
                settings.list(Setting.HEADERS_PASS_THROUGH),
                settings.flag(Setting.OFFLOAD_API_BATCHES));
    }

    private static PlanConfig plan(Settings settings) {
        return new PlanConfig(
                settings.integer(Setting.BATCHES_MAX_LINES),
                settings.bytes(Setting.BATCHES_MAX_INPUT_BYTES),
                settings.arrayBytes(Setting.BATCHES_MAX_LINE_BYTES),
                settings.integer(Setting.BATCHES_MAX_MODELS),
                settings.flag(Setting.BATCHES_ALLOW_MIXED_MODELS),
                settings.choice(Setting.BATCHES_ORDER, PlanOrder.class),
                settings.choice(Setting.BATCHES_REQUIRED_FIELDS, RequiredFields.class) == RequiredFields.CHECK,
                new MessageLimits(
                        settings.integer(Setting.MESSAGES_MAX_REQUESTS), settings.bytes(Setting.MESSAGES_MAX_BYTES)),
                settings.integer(Setting.BATCHES_MAX_INFLATE_RATIO));
    }

    /** Values of {@code backfill.batches.error-in-200}. */
    private enum ErrorIn200 {
        COMPLETED,
        FAILED
    }

    /** Values of {@code backfill.batches.required-fields}. */
    private enum RequiredFields {
        CHECK,
        MODEL_DECIDES
    }

    private static DispatchConfig dispatch(Settings settings) {
        return new DispatchConfig(
                settings.integer(Setting.JOBS_AHEAD),
                settings.duration(Setting.JOBS_GRACE),
                DispatchConfig.DEFAULT.tick(),
                DispatchConfig.DEFAULT.checkpointEvery(),
                settings.choice(Setting.BATCHES_ERROR_IN_200, ErrorIn200.class) == ErrorIn200.FAILED);
    }

    private static HttpConfig http(Settings settings) {
        return new HttpConfig(
                CONNECT_TIMEOUT,
                settings.arrayBytes(Setting.DISPATCH_MAX_ANSWER_BYTES),
                settings.arrayBytes(Setting.DISPATCH_SPOOL_THRESHOLD));
    }

    private static TenantShares shares(Settings settings) {
        Map<TenantId, Integer> weights = new HashMap<>();
        try {
            for (String item : settings.list(Setting.TENANTS_WEIGHTS)) {
                Matcher matcher = WEIGHT.matcher(item);
                if (!matcher.matches()) {
                    throw new IllegalArgumentException(
                            "expected tenants and whole numbers such as alice=3,bob=1, not '" + item + "'");
                }
                weights.put(new TenantId(matcher.group(1)), Integer.parseInt(matcher.group(2)));
            }
            return new TenantShares(weights);
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException(Setting.TENANTS_WEIGHTS.key() + ": " + e.getMessage(), e);
        }
    }

    private static RetentionConfig retention(Settings settings) {
        return new RetentionConfig(
                settings.durationOrNever(Setting.RETENTION_BATCHES),
                settings.duration(Setting.RETENTION_ORPHANS_AFTER),
                settings.durationOrNever(Setting.RETENTION_JOB_HISTORY),
                settings.durationOrZero(Setting.RETENTION_RERUN),
                settings.flag(Setting.RETENTION_DRY_RUN));
    }

    private static DoorConfig door(Settings settings) {
        return new DoorConfig(
                settings.integer(Setting.HTTP_THREADS),
                settings.integer(Setting.HTTP_TRANSFERS),
                settings.integer(Setting.HTTP_CREATES),
                settings.duration(Setting.HTTP_BODY_IDLE),
                settings.integer(Setting.HTTP_MIN_BYTES_PER_SECOND),
                settings.duration(Setting.HTTP_KEYLESS_DRAIN));
    }

    private static FollowConfig followers(Settings settings) {
        return new FollowConfig(
                settings.integer(Setting.HTTP_FOLLOWERS),
                FollowConfig.DEFAULT.heartbeat(),
                settings.duration(Setting.HTTP_BODY_IDLE),
                FollowConfig.DEFAULT.poll());
    }

    private static BrowserGuard browsers(Settings settings) {
        boolean keyless = settings.choice(Setting.AUTH_MODE, Authentication.Mode.class) == Authentication.Mode.NONE;
        return new BrowserGuard(
                keyless && isLoopback(settings.text(Setting.BIND_ADDRESS)), settings.list(Setting.HTTP_HOSTS));
    }

    private static boolean isLoopback(String address) {
        try {
            return address.equals("localhost") || InetAddress.ofLiteral(address).isLoopbackAddress();
        } catch (IllegalArgumentException aName) {
            return false;
        }
    }

    private static MetricsAccess metrics(Settings settings) {
        try {
            return new MetricsAccess(
                    settings.list(Setting.METRICS_ALLOW).stream()
                            .map(Cidr::parse)
                            .toList(),
                    settings.path(Setting.METRICS_TOKEN_FILE));
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException(Setting.METRICS_ALLOW.key() + ": " + e.getMessage(), e);
        }
    }

    private static Optional<TracingConfig> tracing(Settings settings) {
        return settings.address(Setting.TRACING_ENDPOINT, "http://collector:4318")
                .map(endpoint -> new TracingConfig(
                        endpoint,
                        settings.path(Setting.TRACING_HEADERS_FILE)
                                .map(Configs::tracingHeaders)
                                .orElse(Map.of()),
                        settings.text(Setting.TRACING_SERVICE_NAME),
                        settings.node(),
                        settings.fraction(Setting.TRACING_SAMPLE),
                        settings.integer(Setting.TRACING_CALLS_PER_SECOND)));
    }

    private static Map<String, String> tracingHeaders(Path file) {
        try {
            return TracingConfig.headersIn(Files.readString(file));
        } catch (IOException e) {
            throw new IllegalArgumentException(
                    Setting.TRACING_HEADERS_FILE.key() + ": " + file + " cannot be read: " + e.getMessage(), e);
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException(
                    Setting.TRACING_HEADERS_FILE.key() + ": in " + file + ", " + e.getMessage(), e);
        }
    }

    private static JobsConfig jobs(Settings settings) {
        return new JobsConfig(
                settings.integer(Setting.JOBS_THREADS),
                settings.integer(Setting.BATCHES_MAX_MODELS),
                settings.duration(Setting.JOBS_LEASE),
                settings.duration(Setting.JOBS_POLL));
    }
}
