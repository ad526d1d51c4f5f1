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

/** Creates {@link S3Objects} from an {@link S3Config}. Sends nothing. */
public final class S3Connection {
    /** Pause before the first retry, with full jitter. Eight attempts wait 2 s in total on average, and 3.5 s at most. */
    private static final Duration FIRST_PAUSE = Duration.ofMillis(50);

    private static final Duration FIRST_THROTTLED_PAUSE = Duration.ofMillis(500);
    private static final Duration LONGEST_PAUSE = Duration.ofSeconds(1);

    private S3Connection() {}

    /** Connects with the credentials that the SDK finds and the JDK's HTTP client. The caller must close the result. */
    public static S3Objects open(S3Config config) {
        return open(config, DefaultCredentialsProvider.builder().build(), httpClient(config));
    }

    /** Like {@link #open(S3Config)}, with the given credentials and HTTP client. */
    public static S3Objects open(S3Config config, AwsCredentialsProvider credentials, SdkHttpClient http) {
        S3ClientBuilder client = S3Client.builder()
                .region(Region.of(config.region()))
                .credentialsProvider(credentials)
                .httpClient(http)
                // servers other than Amazon's may not support newer checksums and chunked signing, so neither is
                // used
                .requestChecksumCalculation(RequestChecksumCalculation.WHEN_REQUIRED)
                .responseChecksumValidation(ResponseChecksumValidation.WHEN_REQUIRED)
                // requests that require a checksum use MD5, because older servers reject all others
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

    /** Returns a builder of the JDK's HTTP client with the time-outs of {@code config}. */
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
                // the default of the SDK doubles up to 20 s, so few attempts would fit into the call's time-out
                .backoffStrategy(BackoffStrategy.exponentialDelay(FIRST_PAUSE, LONGEST_PAUSE))
                .throttlingBackoffStrategy(BackoffStrategy.exponentialDelay(FIRST_THROTTLED_PAUSE, LONGEST_PAUSE))
                // a server that recovers must be used again at once, however many calls failed before
                .circuitBreakerEnabled(false)
                .build();
    }

    private static URI whole(URI endpoint) {
        if (endpoint.getHost() == null || endpoint.getScheme() == null || endpoint.getRawUserInfo() != null) {
            // the message omits the value, which may contain a password
            throw new IllegalArgumentException("backfill.s3.endpoint must look like https://host:port");
        }
        return endpoint;
    }
}
