package io.backfill.k8s;

import io.fabric8.kubernetes.api.model.Quantity;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;

/**
 * What one pod of a Job runs, and on what.
 *
 * @param image {@code backfill.offload.image}: with a tag other than {@code latest}, or better a digest
 * @param pullPolicy {@code backfill.offload.image-pull-policy}: {@code Always}, {@code IfNotPresent} or {@code Never}; empty: as
 *     the pod template or the cluster says
 * @param pullSecrets {@code backfill.offload.image-pull-secrets}: names of Secrets in the Jobs' namespace
 * @param command {@code backfill.offload.command}: in place of the image's entry point; default none
 * @param env settings for the worker, none of them secret: where the store is
 * @param secret {@code backfill.offload.worker-secret}: name of the Secret in the Jobs' namespace whose entries become environment
 *     variables: keys of the store and the key of sealed headers; empty: none
 * @param resources what a pod asks for and gets at most
 * @param grace {@code backfill.offload.grace}: from SIGTERM to SIGKILL, whole seconds, 5 seconds to 1 hour; default 60 s
 */
public record WorkerConfig(
        String image,
        String pullPolicy,
        List<String> pullSecrets,
        List<String> command,
        Map<String, String> env,
        String secret,
        Resources resources,
        Duration grace) {
    public static final Duration DEFAULT_GRACE = Duration.ofSeconds(60);

    private static final Pattern TAG =
            Pattern.compile("[^:@\\s]+(:[0-9]+/[^:@\\s]+)?:(?<tag>[A-Za-z0-9_][A-Za-z0-9._-]{0,127})");
    private static final Pattern DIGEST = Pattern.compile("[^@\\s]+@sha256:[0-9a-f]{64}");
    private static final Pattern NAME = Pattern.compile("[a-z0-9]([a-z0-9.-]{0,251}[a-z0-9])?");
    private static final Pattern ENV_NAME = Pattern.compile("[A-Za-z_][A-Za-z0-9_]*");
    /** Everybody who may read Jobs reads their environment. */
    private static final Pattern SECRET_NAME = Pattern.compile(
            "(?i).*(SECRET|PASSWORD|PASSWD|TOKEN|CREDENTIAL|ACCESS_KEY|API_KEY|PRIVATE_KEY|SEAL_KEY).*");

    private static final List<String> PULL_POLICIES = List.of("", "Always", "IfNotPresent", "Never");

    /**
     * What each container asks for (the cluster's scheduler and queues count this) and what it gets at most, in Kubernetes'
     * quantities. There is no limit of processor time: it would make start and collections slow for nothing.
     *
     * @param cpu {@code backfill.offload.cpu-request}; default 250m, below which a start takes ten seconds
     * @param memory {@code backfill.offload.memory-request}; default 384Mi
     * @param memoryLimit {@code backfill.offload.memory-limit}, past which the kernel kills the worker; default 512Mi
     * @param tmp {@code backfill.offload.tmp-size}: of the one folder that can be written; default 512Mi
     */
    public record Resources(String cpu, String memory, String memoryLimit, String tmp) {
        public static final Resources DEFAULT = new Resources("250m", "384Mi", "512Mi", "512Mi");

        public Resources {
            requirePositive("backfill.offload.cpu-request", cpu);
            requirePositive("backfill.offload.memory-request", memory);
            requirePositive("backfill.offload.memory-limit", memoryLimit);
            requirePositive("backfill.offload.tmp-size", tmp);
            if (new Quantity(memory).getNumericalAmount().compareTo(new Quantity(memoryLimit).getNumericalAmount())
                    > 0) {
                throw new IllegalArgumentException("backfill.offload.memory-request (" + memory
                        + ") must not exceed backfill.offload.memory-limit (" + memoryLimit + ")");
            }
        }

        private static void requirePositive(String key, String quantity) {
            boolean good;
            try {
                good = new Quantity(quantity).getNumericalAmount().signum() > 0;
            } catch (RuntimeException e) {
                // fabric8 has several ways to say that it cannot read one
                good = false;
            }
            if (!good) {
                throw new IllegalArgumentException(
                        key + " must be a quantity such as 250m or 512Mi, not '" + quantity + "'");
            }
        }
    }

    public WorkerConfig {
        pullSecrets = List.copyOf(pullSecrets);
        command = List.copyOf(command);
        env = Map.copyOf(env);
        requireFixed(image);
        if (!PULL_POLICIES.contains(pullPolicy)) {
            throw new IllegalArgumentException(
                    "backfill.offload.image-pull-policy must be Always, IfNotPresent or Never, not '" + pullPolicy
                            + "'");
        }
        pullSecrets.forEach(name -> requireName("backfill.offload.image-pull-secrets", name));
        if (!secret.isEmpty()) {
            requireName("backfill.offload.worker-secret", secret);
        }
        env.keySet().forEach(WorkerConfig::requireOpen);
        if (grace.compareTo(Duration.ofSeconds(5)) < 0 || grace.compareTo(Duration.ofHours(1)) > 0) {
            throw new IllegalArgumentException("backfill.offload.grace must be 5 seconds to 1 hour, not " + grace);
        }
    }

    /** With the defaults, and the image's own entry point. */
    public static WorkerConfig of(String image, Map<String, String> env, String secret) {
        return new WorkerConfig(image, "", List.of(), List.of(), env, secret, Resources.DEFAULT, DEFAULT_GRACE);
    }

    /** Whether an image's name says which image, today and tomorrow. */
    static boolean isFixed(String image) {
        if (DIGEST.matcher(image).matches()) {
            return true;
        }
        var tagged = TAG.matcher(image);
        return tagged.matches() && !tagged.group("tag").equals("latest");
    }

    private static void requireFixed(String image) {
        if (!isFixed(image)) {
            throw new IllegalArgumentException(
                    "backfill.offload.image must name an image by digest or by a tag other than latest, not '" + image
                            + "'");
        }
    }

    private static void requireName(String key, String name) {
        if (!NAME.matcher(name).matches()) {
            throw new IllegalArgumentException(key + " must name a Secret, not '" + name + "'");
        }
    }

    private static void requireOpen(String name) {
        if (!ENV_NAME.matcher(name).matches()) {
            throw new IllegalArgumentException("a worker's setting cannot be called '" + name + "'");
        }
        if (SECRET_NAME.matcher(name).matches()) {
            throw new IllegalArgumentException("the worker's setting " + name
                    + " looks like a secret: it belongs into the Secret that backfill.offload.worker-secret names");
        }
    }
}
