package io.backfill.worker;

import io.backfill.files.s3.S3Config;
import io.backfill.files.s3.S3Connection;
import io.backfill.files.s3.S3FileStore;
import io.backfill.files.s3.S3Objects;
import io.backfill.files.s3.SpoolCache;
import io.backfill.results.ResultLogs;
import io.backfill.results.s3.S3LogConfig;
import io.backfill.results.s3.S3ResultLogs;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Executor;
import org.gaul.s3proxy.S3Proxy;
import org.gaul.s3proxy.auth.AuthenticationType;
import org.gaul.s3proxy.nio2blob.FilesystemNio2BlobStore;
import software.amazon.awssdk.auth.credentials.AwsBasicCredentials;
import software.amazon.awssdk.auth.credentials.StaticCredentialsProvider;
import software.amazon.awssdk.http.urlconnection.UrlConnectionHttpClient;
import software.amazon.awssdk.regions.Region;
import software.amazon.awssdk.services.s3.S3Client;

/** An S3 server in this process with one bucket, and the gateway's connection to it. */
final class TestBucket implements AutoCloseable {
    private static final String NAME = "inference";
    private static final StaticCredentialsProvider CREDENTIALS =
            StaticCredentialsProvider.create(AwsBasicCredentials.create("a-test", "of-no-value"));

    private final S3Proxy server;
    private final S3Objects objects;
    private final S3FileStore store;
    private final ResultLogs logs;

    TestBucket(Path folder, Executor threads) throws Exception {
        server = S3Proxy.builder()
                .blobStore(new FilesystemNio2BlobStore(
                        Files.createDirectory(folder.resolve("s3")).toString()))
                .endpoint(URI.create("http://127.0.0.1:0"))
                .awsAuthentication(AuthenticationType.AWS_V2_OR_V4, "a-test", "of-no-value")
                .ignoreUnknownHeaders(true)
                .build();
        server.start();
        try (S3Client client = S3Client.builder()
                .endpointOverride(address())
                .region(Region.US_EAST_1)
                .forcePathStyle(true)
                .credentialsProvider(CREDENTIALS)
                .httpClient(UrlConnectionHttpClient.create())
                .build()) {
            client.createBucket(request -> request.bucket(NAME));
        }
        objects = S3Connection.open(
                S3Config.of(Optional.of(address()), NAME, "us-east-1"), CREDENTIALS, UrlConnectionHttpClient.create());
        store = new S3FileStore(
                objects, SpoolCache.open(folder.resolve("cache"), 0, 0, threads, System::nanoTime), threads);
        logs = new S3ResultLogs(objects, store, S3LogConfig.DEFAULT, threads);
    }

    private URI address() {
        return URI.create("http://127.0.0.1:" + server.getPort());
    }

    S3FileStore store() {
        return store;
    }

    ResultLogs logs() {
        return logs;
    }

    void putInto(Map<String, String> environment) {
        environment.put("BACKFILL_S3_ENDPOINT", address().toString());
        environment.put("BACKFILL_S3_BUCKET", NAME);
        environment.put("AWS_ACCESS_KEY_ID", "a-test");
        environment.put("AWS_SECRET_ACCESS_KEY", "of-no-value");
    }

    @Override
    public void close() throws IOException {
        objects.close();
        try {
            server.stop();
        } catch (Exception e) {
            throw new IOException(e);
        }
    }
}
