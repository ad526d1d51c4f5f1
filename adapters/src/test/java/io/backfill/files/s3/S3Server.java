package io.backfill.files.s3;

import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.gaul.s3proxy.S3Proxy;
import org.gaul.s3proxy.auth.AuthenticationType;
import org.gaul.s3proxy.nio2blob.FilesystemNio2BlobStore;
import software.amazon.awssdk.auth.credentials.AwsBasicCredentials;
import software.amazon.awssdk.auth.credentials.StaticCredentialsProvider;
import software.amazon.awssdk.http.SdkHttpClient;

/** An S3 server in this process, which keeps its objects in a folder and checks signatures; and clients of it. */
public final class S3Server implements AutoCloseable {
    static final String BUCKET = "backfill";
    private static final String KEY = "a-test";
    private static final String SECRET = "of-no-value";
    private static final String HOST = "s3.test";

    private final S3Proxy server;
    private final Path folder;

    private S3Server(S3Proxy server, Path folder) {
        this.server = server;
        this.folder = folder;
    }

    public static S3Server start(Path folder) throws Exception {
        Files.createDirectories(folder.resolve(BUCKET));
        S3Proxy server = S3Proxy.builder()
                .blobStore(new FilesystemNio2BlobStore(folder.toString()))
                .endpoint(URI.create("http://127.0.0.1:0"))
                .awsAuthentication(AuthenticationType.AWS_V2_OR_V4, KEY, SECRET)
                .virtualHost(HOST)
                .jettyMaxThreads(100)
                .ignoreUnknownHeaders(true)
                .build();
        server.start();
        return new S3Server(server, folder);
    }

    public URI uri() {
        return URI.create("http://127.0.0.1:" + server.getPort());
    }

    /** Below a prefix, in path style. */
    public S3Config config() {
        return config("team/backfill", Duration.ofSeconds(10), 3);
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

    /** A server of this host name, which only this server's own proxying finds. */
    S3Config virtualHostConfig() {
        S3Config path = config();
        return new S3Config(
                Optional.of(URI.create("http://" + HOST + ":" + server.getPort())),
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

    public S3Objects objects(S3Config config) {
        return objects(config, S3Connection.httpClientBuilder(config).build());
    }

    public S3Objects objects(S3Config config, SdkHttpClient http) {
        return S3Connection.open(
                config, StaticCredentialsProvider.create(AwsBasicCredentials.create(KEY, SECRET)), http);
    }

    /** With a stage between the SDK, which tries again, and the network. */
    public S3Objects objects(S3Config config, StagedHttp.Stage stage) {
        return objects(
                config, new StagedHttp(S3Connection.httpClientBuilder(config).build(), stage));
    }

    /** The files in the server's folder, as it names them. */
    List<String> files() throws IOException {
        try (Stream<Path> all = Files.walk(folder)) {
            return all.filter(Files::isRegularFile)
                    .map(file -> folder.relativize(file).toString())
                    .sorted()
                    .toList();
        }
    }

    @Override
    public void close() throws Exception {
        server.stop();
    }
}
