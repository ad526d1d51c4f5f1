package io.backfill.k8s;

import java.net.URI;
import java.time.Duration;
import java.util.Optional;

/**
 * Time-outs and retries of requests to the cluster's API server.
 *
 * @param server {@code backfill.kubernetes.api}: address of the API server; empty: as found from within a pod or in
 *     {@code ~/.kube/config}
 * @param connectTimeout {@code backfill.kubernetes.connect-timeout}: time-out of one connection attempt; default 3 s
 * @param requestTimeout {@code backfill.kubernetes.request-timeout}: time-out of one attempt of a request; default 5 s
 * @param retries {@code backfill.kubernetes.retries}: retries of a request after a transient failure, with a back-off that grows
 *     from 0.2 s; default 2
 * @param relist {@code backfill.kubernetes.relist}: interval at which all Jobs are listed in addition to the watch, because a watch
 *     can fail silently; default 2 minutes
 * @param podCheckInterval {@code backfill.kubernetes.pod-check-interval}: minimum interval between checks of the pods of a stalled
 *     Job; default 15 s
 */
public record ApiConfig(
        Optional<URI> server,
        Duration connectTimeout,
        Duration requestTimeout,
        int retries,
        Duration relist,
        Duration podCheckInterval) {
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
        requireWithin("pod-check-interval", podCheckInterval, Duration.ofHours(1));
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
