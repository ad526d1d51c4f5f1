package io.backfill.k8s;

import java.net.URI;
import java.time.Duration;
import java.util.Optional;

/**
 * How patient the gateway is with the API server of its cluster.
 *
 * @param server {@code backfill.kubernetes.api}: its address; empty: where a pod, or a developer's {@code ~/.kube/config}, finds it
 * @param connectTimeout {@code backfill.kubernetes.connect-timeout}: for one connection; default 3 s
 * @param requestTimeout {@code backfill.kubernetes.request-timeout}: for one attempt; default 5 s
 * @param retries {@code backfill.kubernetes.retries}: of a request that fails for a reason that may pass, with growing pauses from
 *     0.2 s; default 2
 * @param relist {@code backfill.kubernetes.relist}: how often all Jobs are asked for although they are watched, because a watch can
 *     die in silence; default 2 minutes
 * @param podLook {@code backfill.kubernetes.pod-look}: how often at most the pods of one Job that gets nowhere are looked at;
 *     default 15 s
 */
public record ApiConfig(
        Optional<URI> server,
        Duration connectTimeout,
        Duration requestTimeout,
        int retries,
        Duration relist,
        Duration podLook) {
    public static final ApiConfig DEFAULT = new ApiConfig(
            Optional.empty(),
            Duration.ofSeconds(3),
            Duration.ofSeconds(5),
            2,
            Duration.ofMinutes(2),
            Duration.ofSeconds(15));

    public ApiConfig {
        requireWithin("connect-timeout", connectTimeout, Duration.ofMinutes(1));
        requireWithin("request-timeout", requestTimeout, Duration.ofMinutes(1));
        requireWithin("relist", relist, Duration.ofHours(1));
        requireWithin("pod-look", podLook, Duration.ofHours(1));
        if (retries < 0 || retries > 10) {
            throw new IllegalArgumentException("backfill.kubernetes.retries must be 0 to 10, not " + retries);
        }
    }

    private static void requireWithin(String name, Duration value, Duration most) {
        if (value.compareTo(Duration.ofMillis(10)) < 0 || value.compareTo(most) > 0) {
            throw new IllegalArgumentException(
                    "backfill.kubernetes." + name + " must be between 10 ms and " + most + ", not " + value);
        }
    }
}
