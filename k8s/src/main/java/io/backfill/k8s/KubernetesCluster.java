package io.backfill.k8s;

import io.fabric8.kubernetes.client.Config;
import io.fabric8.kubernetes.client.ConfigBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientBuilder;
import io.fabric8.kubernetes.client.jdkhttp.JdkHttpClientFactory;
import java.time.InstantSource;
import java.util.function.LongSupplier;

/**
 * The node's connection to its cluster. Creates the adapters that use it, so that no other class depends on the client; close these
 * before calling {@link #close}. Building it reads the pod's token and may use up to two seconds of processor time on a busy
 * machine; no request is sent.
 */
public final class KubernetesCluster implements AutoCloseable {
    private static final int FIRST_PAUSE_MILLIS = 200;

    private final KubernetesClient client;
    private final ApiConfig api;

    private KubernetesCluster(KubernetesClient client, ApiConfig api) {
        this.client = client;
        this.api = api;
    }

    /** @throws RuntimeException if the configuration that was found is unusable */
    public static KubernetesCluster connect(ApiConfig api) {
        // with an explicit address, ignore all other configuration of this machine, such as a developer's login
        ConfigBuilder config = api.server()
                .map(server -> new ConfigBuilder(Config.empty()).withMasterUrl(server.toString()))
                .orElseGet(() -> new ConfigBuilder(Config.autoConfigure(null)));
        config.withConnectionTimeout((int) api.connectTimeout().toMillis())
                .withRequestTimeout((int) api.requestTimeout().toMillis())
                .withRequestRetryBackoffLimit(api.retries())
                .withRequestRetryBackoffInterval(FIRST_PAUSE_MILLIS)
                .withWatchReconnectLimit(-1)
                .withUserAgent("backfill");
        // set explicitly, because the lookup of a factory depends on the thread's class loader in a server
        KubernetesClient client = new KubernetesClientBuilder()
                .withConfig(config.build())
                .withHttpClientFactory(new JdkHttpClientFactory())
                .build();
        return new KubernetesCluster(client, api);
    }

    /**
     * Returns the port to this gateway's Jobs. It receives no events before the first call of {@link KubernetesShardJobs#lookOnce}.
     *
     * @throws IllegalArgumentException if the operator's pod template cannot be used
     */
    public KubernetesShardJobs shardJobs(OffloadConfig config, LongSupplier nanoTime, InstantSource time) {
        return new KubernetesShardJobs(client, config, api, nanoTime, time);
    }

    /** Returns an authenticator that identifies callers by their Kubernetes tokens. */
    public TokenReviewAuthenticator authenticator(TokenReviewConfig config, LongSupplier nanoTime) {
        return new TokenReviewAuthenticator(config, new ApiTokenReviews(client, config.audience()), nanoTime);
    }

    /** Closes the client's connections and threads. */
    @Override
    public void close() {
        client.close();
    }
}
