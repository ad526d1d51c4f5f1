package io.backfill.k8s;

import io.fabric8.kubernetes.client.Config;
import io.fabric8.kubernetes.client.ConfigBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientBuilder;
import io.fabric8.kubernetes.client.jdkhttp.JdkHttpClientFactory;
import java.time.InstantSource;
import java.util.function.LongSupplier;

/**
 * The one connection of a node to its cluster. Makes the adapters that use it, so that nobody else needs to know the client;
 * {@link #close} is for after they are closed. Building it reads the pod's token and takes up to two seconds of a busy
 * processor; nothing is sent.
 */
public final class KubernetesCluster implements AutoCloseable {
    private static final int FIRST_PAUSE_MILLIS = 200;

    private final KubernetesClient client;
    private final ApiConfig api;

    private KubernetesCluster(KubernetesClient client, ApiConfig api) {
        this.client = client;
        this.api = api;
    }

    /** @throws RuntimeException when the configuration that was found cannot be used */
    public static KubernetesCluster connect(ApiConfig api) {
        // with an address of its own nothing else of this machine shall be mixed in, such as a developer's login
        ConfigBuilder config = api.server()
                .map(server -> new ConfigBuilder(Config.empty()).withMasterUrl(server.toString()))
                .orElseGet(() -> new ConfigBuilder(Config.autoConfigure(null)));
        config.withConnectionTimeout((int) api.connectTimeout().toMillis())
                .withRequestTimeout((int) api.requestTimeout().toMillis())
                .withRequestRetryBackoffLimit(api.retries())
                .withRequestRetryBackoffInterval(FIRST_PAUSE_MILLIS)
                .withWatchReconnectLimit(-1)
                .withUserAgent("backfill");
        // named, because looking for one depends on the thread's class loader in a server
        KubernetesClient client = new KubernetesClientBuilder()
                .withConfig(config.build())
                .withHttpClientFactory(new JdkHttpClientFactory())
                .build();
        return new KubernetesCluster(client, api);
    }

    /**
     * The Jobs of this gateway. Hears nothing before the first {@link KubernetesShardJobs#lookOnce}.
     *
     * @throws IllegalArgumentException when no Job can be built on the operator's pod template
     */
    public KubernetesShardJobs shardJobs(OffloadConfig config, LongSupplier nanoTime, InstantSource time) {
        return new KubernetesShardJobs(client, config, api, nanoTime, time);
    }

    /** Knows callers by their Kubernetes tokens. */
    public TokenReviewAuthenticator authenticator(TokenReviewConfig config, LongSupplier nanoTime) {
        return new TokenReviewAuthenticator(config, new ApiTokenReviews(client, config.audience()), nanoTime);
    }

    /** Gives up connections and threads of the client. */
    @Override
    public void close() {
        client.close();
    }
}
