package io.backfill.files.s3;

import java.net.URI;
import java.time.Duration;
import software.amazon.awssdk.auth.credentials.AwsCredentialsProvider;
import software.amazon.awssdk.auth.credentials.DefaultCredentialsProvider;
import software.amazon.awssdk.awscore.retry.AwsRetryStrategy;
import software.amazon.awssdk.core.checksums.RequestChecksumCalculation;
import software.amazon.awssdk.core.checksums.ResponseChecksumValidation;
import software.amazon.awssdk.core.client.config.ClientOverrideConfiguration;
import software.amazon.awssdk.http.SdkHttpClient;
import software.amazon.awssdk.http.urlconnection.UrlConnectionHttpClient;
import software.amazon.awssdk.regions.Region;
import software.amazon.awssdk.retries.StandardRetryStrategy;
import software.amazon.awssdk.retries.api.BackoffStrategy;
import software.amazon.awssdk.services.s3.LegacyMd5Plugin;
import software.amazon.awssdk.services.s3.S3Client;
import software.amazon.awssdk.services.s3.S3ClientBuilder;
import software.amazon.awssdk.services.s3.S3Configuration;

/** Makes {@link S3Objects} of settings. Nothing is sent yet. */
public final class S3Connection {
    /** Between attempts, with full jitter: eight of them wait 2 s together on average, 3.5 s at most. */
    private static final Duration FIRST_PAUSE = Duration.ofMillis(50);

    private static final Duration FIRST_THROTTLED_PAUSE = Duration.ofMillis(500);
    private static final Duration LONGEST_PAUSE = Duration.ofSeconds(1);

    private S3Connection() {}

    /** With the credentials that the SDK finds, and the JDK's own HTTP client. Close it. */
    public static S3Objects open(S3Config config) {
        return open(config, DefaultCredentialsProvider.builder().build(), httpClient(config));
    }

    /** As {@link #open(S3Config)}, with other parts. */
    public static S3Objects open(S3Config config, AwsCredentialsProvider credentials, SdkHttpClient http) {
        S3ClientBuilder client = S3Client.builder()
                .region(Region.of(config.region()))
                .credentialsProvider(credentials)
                .httpClient(http)
                // checksums that servers other than Amazon's may not know are left out, and so is signing piece by
                // piece
                .requestChecksumCalculation(RequestChecksumCalculation.WHEN_REQUIRED)
                .responseChecksumValidation(ResponseChecksumValidation.WHEN_REQUIRED)
                // what needs a checksum gets the one that every server knows: older ones refuse all others
                .addPlugin(LegacyMd5Plugin.create())
                .serviceConfiguration(S3Configuration.builder()
                        .pathStyleAccessEnabled(config.pathStyle())
                        .chunkedEncodingEnabled(false)
                        .build())
                .overrideConfiguration(ClientOverrideConfiguration.builder()
                        .apiCallAttemptTimeout(config.attemptTimeout())
                        .apiCallTimeout(config.callTimeout())
                        .retryStrategy(attempts(config))
                        .build());
        config.endpoint().map(S3Connection::whole).ifPresent(client::endpointOverride);
        return new S3Objects(client.build(), config);
    }

    /** The JDK's HTTP client with the time-outs of {@code config}. */
    static UrlConnectionHttpClient.Builder httpClientBuilder(S3Config config) {
        return UrlConnectionHttpClient.builder()
                .connectionTimeout(config.connectTimeout())
                .socketTimeout(config.readTimeout());
    }

    private static SdkHttpClient httpClient(S3Config config) {
        return httpClientBuilder(config).build();
    }

    private static StandardRetryStrategy attempts(S3Config config) {
        return AwsRetryStrategy.standardRetryStrategy().toBuilder()
                .maxAttempts(config.attempts())
                // SDK's default doubles up to 20 s: few attempts would fit into the call's time
                .backoffStrategy(BackoffStrategy.exponentialDelay(FIRST_PAUSE, LONGEST_PAUSE))
                .throttlingBackoffStrategy(BackoffStrategy.exponentialDelay(FIRST_THROTTLED_PAUSE, LONGEST_PAUSE))
                // a server that is back is to be used at once, whatever failed before
                .circuitBreakerEnabled(false)
                .build();
    }

    private static URI whole(URI endpoint) {
        if (endpoint.getHost() == null || endpoint.getScheme() == null || endpoint.getRawUserInfo() != null) {
            // without its text, which may hold a password
            throw new IllegalArgumentException("backfill.s3.endpoint must look like https://host:port");
        }
        return endpoint;
    }
}
