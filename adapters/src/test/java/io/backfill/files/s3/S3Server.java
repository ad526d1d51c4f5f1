package io.backfill.files.s3;

import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Comparator;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.gaul.s3proxy.S3Proxy;
import org.gaul.s3proxy.auth.AuthenticationType;
import org.gaul.s3proxy.nio2blob.FilesystemNio2BlobStore;
import software.amazon.awssdk.auth.credentials.AwsBasicCredentials;
import software.amazon.awssdk.auth.credentials.AwsCredentialsProvider;
import software.amazon.awssdk.auth.credentials.StaticCredentialsProvider;
import software.amazon.awssdk.http.SdkHttpClient;
import software.amazon.awssdk.http.urlconnection.ProxyConfiguration;
import software.amazon.awssdk.http.urlconnection.UrlConnectionHttpClient;
import software.amazon.awssdk.regions.Region;
import software.amazon.awssdk.services.s3.S3Client;

/**
 * An S3 server in this process, which stores its objects in a temporary folder and checks signatures, and clients of it. All tests
 * share one server, because a start takes seconds; each test uses a prefix of its own.
 */
public final class S3Server {
    static final String BUCKET = "backfill";
    private static final String KEY = "a-test";
    private static final String SECRET = "of-no-value";
    private static final String HOST = "s3.test";
    private static final AwsCredentialsProvider CREDENTIALS =
            StaticCredentialsProvider.create(AwsBasicCredentials.create(KEY, SECRET));

    private static final class Shared {
        static final S3Server SERVER = start(Optional.empty());
    }

    private final S3Proxy server;
    private final AtomicInteger prefixes = new AtomicInteger();

    private S3Server(S3Proxy server) {
        this.server = server;
    }

    public static S3Server shared() {
        return Shared.SERVER;
    }

    /** Returns a server that takes the bucket from the host name. It treats any host other than {@code s3.test} as a bucket. */
    static S3Server ofVirtualHosts() {
        return start(Optional.of(HOST));
    }

    private static S3Server start(Optional<String> virtualHost) {
        try {
            Path folder = Files.createTempDirectory("s3-of-tests");
            S3Proxy.Builder builder = S3Proxy.builder()
                    .blobStore(new FilesystemNio2BlobStore(folder.toString()))
                    .endpoint(URI.create("http://127.0.0.1:0"))
                    .awsAuthentication(AuthenticationType.AWS_V2_OR_V4, KEY, SECRET)
                    .jettyMaxThreads(100)
                    .ignoreUnknownHeaders(true);
            virtualHost.ifPresent(builder::virtualHost);
            S3Proxy proxy = builder.build();
            proxy.start();
            Runtime.getRuntime().addShutdownHook(new Thread(() -> stop(proxy, folder)));
            S3Server server = new S3Server(proxy);
            try (S3Client client = S3Client.builder()
                    .endpointOverride(virtualHost.isPresent() ? server.virtualUri() : server.uri())
                    .region(Region.of("eu-test-1"))
                    .forcePathStyle(virtualHost.isEmpty())
                    .credentialsProvider(CREDENTIALS)
                    .httpClient(virtualHost.isPresent() ? server.proxied() : UrlConnectionHttpClient.create())
                    .build()) {
                client.createBucket(request -> request.bucket(BUCKET));
            }
            return server;
        } catch (Exception e) {
            throw new IllegalStateException("the S3 server did not start", e);
        }
    }

    private static void stop(S3Proxy proxy, Path folder) {
        try {
            proxy.stop();
            try (Stream<Path> files = Files.walk(folder)) {
                files.sorted(Comparator.reverseOrder())
                        .forEach(file -> file.toFile().delete());
            }
        } catch (Exception e) {
            // the process ends anyway
        }
    }

    public URI uri() {
        return URI.create("http://127.0.0.1:" + server.getPort());
    }

    /** Returns a configuration in path style, with a prefix that no other test uses. */
    public S3Config config() {
        return config("tests/t" + prefixes.incrementAndGet(), Duration.ofSeconds(10), 3);
    }

    public S3Config config(String prefix, Duration timeout, int attempts) {
        return new S3Config(
                Optional.of(uri()),
                BUCKET,
                "eu-test-1",
                prefix,
                true,
                S3Encryption.NONE,
                Duration.ofSeconds(3),
                timeout,
                timeout,
                timeout.multipliedBy(attempts),
                attempts,
                S3Config.LEAST_PART_BYTES);
    }

    /** Returns a configuration in virtual-host style: {@code bucket.s3.test}. */
    S3Config virtualHostConfig() {
        S3Config path = config();
        return new S3Config(
                Optional.of(virtualUri()),
                path.bucket(),
                path.region(),
                path.prefix(),
                false,
                path.encryption(),
                path.connectTimeout(),
                path.readTimeout(),
                path.attemptTimeout(),
                path.callTimeout(),
                path.attempts(),
                path.partBytes());
    }

    private URI virtualUri() {
        return URI.create("http://" + HOST + ":" + server.getPort());
    }

    /** Returns a client that uses the server as an HTTP proxy, so that no name has to be resolved. */
    SdkHttpClient proxied() {
        return UrlConnectionHttpClient.builder()
                .proxyConfiguration(ProxyConfiguration.builder().endpoint(uri()).build())
                .build();
    }

    public S3Objects objects(S3Config config) {
        return objects(config, S3Connection.httpClientBuilder(config).build());
    }

    public S3Objects objects(S3Config config, SdkHttpClient http) {
        return S3Connection.open(config, CREDENTIALS, http);
    }

    /** Returns a client with a stage between the SDK, which retries, and the network. */
    public S3Objects objects(S3Config config, StagedHttp.Stage stage) {
        return objects(
                config, new StagedHttp(S3Connection.httpClientBuilder(config).build(), stage));
    }
}
