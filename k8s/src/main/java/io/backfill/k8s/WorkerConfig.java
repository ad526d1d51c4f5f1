package io.backfill.k8s;

import io.fabric8.kubernetes.api.model.Quantity;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;

/**
 * What one pod of a Job runs, and its resources.
 *
 * @param image {@code backfill.offload.image}: image with a digest, or with a tag other than {@code latest}
 * @param pullPolicy {@code backfill.offload.image-pull-policy}: {@code Always}, {@code IfNotPresent} or {@code Never}; empty: the
 *     default of the pod template or the cluster
 * @param pullSecrets {@code backfill.offload.image-pull-secrets}: names of Secrets in the Jobs' namespace
 * @param command {@code backfill.offload.command}: replaces the image's entry point; default none
 * @param env settings of the worker without secrets, such as the location of the store
 * @param secret {@code backfill.offload.worker-secret}: name of the Secret in the Jobs' namespace whose entries become environment
 *     variables: keys of the store and the key of sealed headers; empty: none
 * @param resources requests and limits of a pod
 * @param grace {@code backfill.offload.grace}: time from SIGTERM to SIGKILL in whole seconds, 5 seconds to 1 hour; default 60 s
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
    /** Names of variables that must not be set in plain text: everyone with read access to Jobs can read their environment. */
    private static final Pattern SECRET_NAME = Pattern.compile(
            "(?i).*(SECRET|PASSWORD|PASSWD|TOKEN|CREDENTIAL|ACCESS_KEY|API_KEY|PRIVATE_KEY|SEAL_KEY).*");

    private static final List<String> PULL_POLICIES = List.of("", "Always", "IfNotPresent", "Never");

    /**
     * What each container requests (counted by the cluster's scheduler and queues) and its limits, as Kubernetes quantities. There
     * is no processor limit: it would only slow down start-up and garbage collection.
     *
     * @param cpu {@code backfill.offload.cpu-request}; default 250m; with less, starting takes ten seconds
     * @param memory {@code backfill.offload.memory-request}; default 384Mi
     * @param memoryLimit {@code backfill.offload.memory-limit}, beyond which the kernel kills the worker; default 512Mi
     * @param tmp {@code backfill.offload.tmp-size}: size of the only writable folder; default 512Mi
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
                // fabric8 throws various exceptions for an unparsable quantity
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

    /** Returns a configuration with defaults for all other settings and the image's own entry point. */
    public static WorkerConfig of(String image, Map<String, String> env, String secret) {
        return new WorkerConfig(image, "", List.of(), List.of(), env, secret, Resources.DEFAULT, DEFAULT_GRACE);
    }

    /** Returns whether the image's name pins its content: by a digest or a tag other than latest. */
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
            throw new IllegalArgumentException("invalid name of a worker setting: '" + name + "'");
        }
        if (SECRET_NAME.matcher(name).matches()) {
            throw new IllegalArgumentException("the worker setting " + name
                    + " looks like a secret; put it into the Secret named by backfill.offload.worker-secret");
        }
    }
}
